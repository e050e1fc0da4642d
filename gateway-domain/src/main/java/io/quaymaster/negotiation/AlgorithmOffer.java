package io.quaymaster.negotiation;

import io.quaymaster.files.ByteText;
import java.util.List;

/**
 * What one side of a key exchange offers, each list in its order of preference (RFC 4253, section
 * 7.1). A stranger may offer anything, so lists and names are cut: a record of it stays small.
 *
 * @param ciphersIn from the client to the server
 * @param ciphersOut from the server to the client
 */
public record AlgorithmOffer(
    List<String> kex,
    List<String> hostKeys,
    List<String> ciphersIn,
    List<String> ciphersOut,
    List<String> macsIn,
    List<String> macsOut) {
  /** More than any client has; OpenSSH offers fewer than twenty of each. */
  static final int MOST_NAMES = 64;

  /** RFC 4251, section 6. */
  static final int LONGEST_NAME = 64;

  public AlgorithmOffer {
    kex = cut(kex);
    hostKeys = cut(hostKeys);
    ciphersIn = cut(ciphersIn);
    ciphersOut = cut(ciphersOut);
    macsIn = cut(macsIn);
    macsOut = cut(macsOut);
  }

  private static List<String> cut(List<String> names) {
    return names.stream()
        .filter(name -> !name.isEmpty())
        .limit(MOST_NAMES)
        .map(AlgorithmOffer::cut)
        .toList();
  }

  private static String cut(String name) {
    return shown(name, LONGEST_NAME);
  }

  /** A stranger's text as people and logs may see it, at most so many characters of it. */
  static String shown(String text, int longest) {
    String shown = ByteText.shown(ByteText.ofUnicode(start(text, longest)));
    return start(shown, longest);
  }

  private static String start(String text, int longest) {
    return text.substring(0, Math.min(longest, text.length()));
  }
}
