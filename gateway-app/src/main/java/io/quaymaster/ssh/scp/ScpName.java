package io.quaymaster.ssh.scp;

/** How a name goes into a record, which ends at the first line break. */
final class ScpName {
  private ScpName() {}

  /**
   * A name with a line break is encoded as strnvis(3) does with VIS_NL, which scp.c uses: {@code
   * \^J} for the line break, a backslash doubled, bytes that are no printable ASCII as {@code \^X},
   * {@code \M-x} or {@code \M^X}. Any other name stays as it is.
   *
   * @param name byte text
   */
  static String encoded(String name) {
    if (name.indexOf('\n') < 0) {
      return name;
    }
    StringBuilder encoded = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c == '\\') {
        encoded.append("\\\\");
      } else if ((c >= ' ' && c < 0x7f) || c == '\t') {
        encoded.append(c);
      } else if ((c & 0x7f) == ' ') {
        encoded.append("\\240");
      } else {
        encoded.append('\\').append(c > 0x7f ? "M" : "");
        char low = (char) (c & 0x7f);
        boolean control = low < ' ' || low == 0x7f;
        encoded.append(control ? '^' : '-').append(control ? (char) (low ^ 0x40) : low);
      }
    }
    return encoded.toString();
  }
}
