package io.quaymaster.ssh.transport;

/**
 * How a connection's socket comes to its end: at once, or, while the connection's thread reads on,
 * when the peer has closed its side. Whoever is told so by one of these calls closes it. Threads:
 * any.
 */
final class SocketEnd {
  private boolean patient;
  private boolean lingering;
  private boolean come;

  /** The connection's thread reads from now on, and would see the peer's end. */
  synchronized void mayLinger() {
    patient = true;
  }

  /**
   * Asks to wait for the peer.
   *
   * @return false if nobody would see the peer's end, or there is no time
   */
  synchronized boolean linger() {
    lingering = patient;
    return lingering;
  }

  /**
   * The peer is not waited for, now or later.
   *
   * @return true if the socket lingers
   */
  synchronized boolean hurry() {
    patient = false;
    return lingering;
  }

  /** The end has come; true at the first call. */
  synchronized boolean come() {
    boolean first = !come;
    come = true;
    return first;
  }
}
