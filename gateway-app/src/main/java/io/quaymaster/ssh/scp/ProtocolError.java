package io.quaymaster.ssh.scp;

/** What the client sent is no SCP, or tells that it gave up: the command ends. */
final class ProtocolError extends Exception {
  private final boolean told;

  private ProtocolError(String message, boolean told) {
    super(message, null, false, false);
    this.told = told;
  }

  /**
   * @param message what is wrong, for the client
   */
  ProtocolError(String message) {
    this(message, false);
  }

  /** The client itself said that it goes no further. */
  static ProtocolError clientGaveUp() {
    return new ProtocolError("the client gave up", true);
  }

  /** Whether the client knows already. */
  boolean told() {
    return told;
  }

  String message() {
    return String.valueOf(getMessage());
  }
}
