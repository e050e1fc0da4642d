package io.quaymaster.accountfiles;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.RealPath;
import io.quaymaster.login.Grant;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Names of uploads that are not complete. Where an account publishes on close, what it uploads
 * stands beside the target under a name that no client can say: nobody sees it but its uploader, to
 * whom it is shown under the target's name.
 */
final class Partials {
  /** Reserved: a client's path with a component that begins so leads nowhere. */
  private static final String PREFIX = FileStore.ASIDE;

  private static final String RESERVED = "/" + PREFIX;

  private final String mine;

  Partials(Grant grant) {
    this.mine = PREFIX + Long.toString(grant.accountId(), Character.MAX_RADIX) + ".";
  }

  static void refuseReserved(RealPath path) throws FileFailure {
    refuseIf(path.byteText().contains(RESERVED));
  }

  static void refuseReserved(FileName name) throws FileFailure {
    refuseIf(isReserved(name));
  }

  private static void refuseIf(boolean reserved) throws FileFailure {
    if (reserved) {
      throw new FileFailure(Kind.NOT_FOUND, "a reserved name");
    }
  }

  static boolean isReserved(FileName name) {
    return name.byteText().startsWith(PREFIX);
  }

  /** Where this account's upload of a file stands until it is complete. */
  RealPath of(RealPath target) {
    String name = target.name().byteText();
    String partial = mine + "=" + name;
    if (partial.length() > FileName.MAX_BYTES) {
      partial = mine + "#" + digest(name);
    }
    return target.parent().child(new FileName(partial));
  }

  /**
   * The target's name, if this is a partial of this account and its name was short enough to be
   * kept.
   */
  Optional<FileName> targetOf(FileName partial) {
    String start = mine + "=";
    return partial.byteText().startsWith(start)
        ? Optional.of(new FileName(partial.byteText().substring(start.length())))
        : Optional.empty();
  }

  private static String digest(String name) {
    try {
      byte[] hash =
          MessageDigest.getInstance("SHA-256").digest(name.getBytes(StandardCharsets.ISO_8859_1));
      return HexFormat.of().formatHex(hash);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has SHA-256", impossible);
    }
  }
}
