package io.quaymaster.ssh.transport;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Optional;

/**
 * Decides about each connection when it is accepted, before a session exists or anything is
 * computed for it. Threads: any; no call may wait.
 */
public interface Gatekeeper {
  /** Of a connection that was let in. */
  interface Pass {
    /**
     * Whether it has taken too long by now, and is to be closed without a word.
     *
     * @param nanoTime by {@link System#nanoTime}
     */
    boolean isOverdue(long nanoTime);

    /**
     * Whether it has not shown yet who it is. A stranger's socket is closed as soon as the protocol
     * is over, so that those who are let in at a time are all that there are.
     */
    boolean isStranger();

    /** The connection is closed. Any number of times; the first counts. */
    void left();
  }

  /** Lets everybody in, for as long as they like. */
  Gatekeeper OPEN =
      new Gatekeeper() {
        @Override
        public Optional<Pass> admit(InetSocketAddress source) {
          return Optional.of(FOR_EVER);
        }

        @Override
        public boolean isProxy(InetSocketAddress peer) {
          return false;
        }

        @Override
        public Optional<Pass> admitProxy(InetSocketAddress proxy) {
          return Optional.empty();
        }

        @Override
        public Duration headerTimeout() {
          return Duration.ZERO;
        }

        @Override
        public void headerRefused(InetSocketAddress proxy, String reason) {}
      };

  Pass FOR_EVER =
      new Pass() {
        @Override
        public boolean isOverdue(long nanoTime) {
          return false;
        }

        @Override
        public boolean isStranger() {
          return false;
        }

        @Override
        public void left() {}
      };

  /**
   * Whether a connection may come in; empty: it is closed at once.
   *
   * @param source where it really comes from, behind any proxy
   */
  Optional<Pass> admit(InetSocketAddress source);

  /** Whether a peer speaks for others, and so must begin with a PROXY protocol header. */
  boolean isProxy(InetSocketAddress peer);

  /** Whether one more header may be waited for; empty: the connection is closed at once. */
  Optional<Pass> admitProxy(InetSocketAddress proxy);

  /** How long a proxy may take for its header. */
  Duration headerTimeout();

  /**
   * A proxy's connection is closed because of what it sent instead of a header, or did not send.
   */
  void headerRefused(InetSocketAddress proxy, String reason);
}
