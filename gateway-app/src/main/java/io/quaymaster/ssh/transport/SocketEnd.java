package io.quaymaster.ssh.transport;

/**
 * How a connection's socket comes to its end: at once, or, while the connection's thread reads on,
 * when the peer has closed its side. Whoever is told so by one of these calls closes it. Threads:
 * any.
 */
final class SocketEnd {
  private boolean reading;
  private boolean hurried;
  private boolean lingering;
  private boolean come;

  /** The connection's thread reads from now on. */
  synchronized void readerBegins() {
    reading = true;
  }

  /**
   * The connection's thread reads no more.
   *
   * @return true if the socket lingered for it
   */
  synchronized boolean readerEnds() {
    reading = false;
    return lingering;
  }

  /**
   * Asks to wait for the peer.
   *
   * @return false if nobody would see the peer's end, or there is no time
   */
  synchronized boolean linger() {
    lingering = reading && !hurried;
    return lingering;
  }

  /**
   * There is no time to wait for the peer, now or later.
   *
   * @return true if the socket lingers
   */
  synchronized boolean hurry() {
    hurried = true;
    return lingering;
  }

  /** The end has come; true at the first call. */
  synchronized boolean come() {
    boolean first = !come;
    come = true;
    return first;
  }
}
