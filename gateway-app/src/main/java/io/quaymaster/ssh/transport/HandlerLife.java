package io.quaymaster.ssh.transport;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that the handler hears of a connection's end exactly once, after it has heard of its
 * beginning, and not at all if it never did. A connection may be closed by another thread while
 * {@code sessionCreated} still runs. Threads: any.
 */
final class HandlerLife {
  /** A call of the handler. */
  interface Call {
    void run() throws Exception;
  }

  private static final Logger LOG = LoggerFactory.getLogger(HandlerLife.class);

  private final Call sessionClosed;
  private boolean creating;
  private boolean created;
  private boolean closed;

  HandlerLife(Call sessionClosed) {
    this.sessionClosed = sessionClosed;
  }

  /** Makes the call, unless the connection is closed already: then false. */
  boolean create(Call sessionCreated) throws Exception {
    synchronized (this) {
      if (closed) {
        return false;
      }
      creating = true;
    }
    try {
      sessionCreated.run();
    } finally {
      boolean closedMeanwhile;
      synchronized (this) {
        created = true;
        closedMeanwhile = closed;
      }
      if (closedMeanwhile) {
        tellClosed();
      }
    }
    return true;
  }

  /** The connection is closed now. To be called once. */
  void close() {
    boolean tell;
    synchronized (this) {
      closed = true;
      tell = created;
    }
    if (tell) {
      tellClosed();
    }
  }

  /** Whether the handler was, or is being, told of the connection. */
  synchronized boolean isKnown() {
    return creating;
  }

  private void tellClosed() {
    try {
      sessionClosed.run();
    } catch (Exception e) {
      LOG.debug("The handler failed to close a session", e);
    }
  }
}
