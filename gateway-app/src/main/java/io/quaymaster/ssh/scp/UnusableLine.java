package io.quaymaster.ssh.scp;

/** A command line that is refused; the message is a sentence for the client. */
final class UnusableLine extends Exception {
  UnusableLine(String sentence) {
    super(sentence, null, false, false);
  }

  /** Never null. */
  String sentence() {
    return String.valueOf(getMessage());
  }
}
