package io.quaymaster.ssh.sftp;

/** A request whose body does not fit its type. The framing is intact, so the session goes on. */
final class MalformedMessage extends Exception {
  MalformedMessage(String message) {
    super(message, null, false, false);
  }
}
