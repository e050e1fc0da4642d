package io.quaymaster.ssh.channel;

import io.quaymaster.ssh.transport.TransportSession;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.sshd.common.kex.KexState;
import org.apache.sshd.common.session.Session;
import org.jspecify.annotations.Nullable;

/**
 * The connection under a channel, as the channel's thread uses it. What that thread waits for it
 * reads itself, where it may, and what it sends it writes itself: then no thread wakes another.
 *
 * <p>Threads: the channel's, but for {@link #leaveReading}.
 */
final class Connection {
  /** The longest that it is worth to wait here: who waits for longer lets others wait for it. */
  static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final Session session;
  private final @Nullable TransportSession transport;

  Connection(Session session) {
    this.session = session;
    this.transport = session.getIoSession() instanceof TransportSession ours ? ours : null;
  }

  /** The channel's thread begins. */
  void join() {
    if (transport != null) {
      transport.join();
    }
  }

  /** The channel's thread ends. */
  void part() {
    if (transport != null) {
      transport.part();
    }
  }

  /**
   * Reads here until what the caller waits for has come, or until another thread reads on: then the
   * caller waits as if this had not been called.
   *
   * @param atMost nanoseconds
   */
  void readUntil(BooleanSupplier come, long atMost) throws InterruptedException {
    if (transport == null) {
      return;
    }
    long start = System.nanoTime();
    long left = atMost;
    while (left > 0 && !come.getAsBoolean()) {
      if (!transport.readHere(Math.min(left, MOMENT_NANOS))) {
        return;
      }
      left = atMost - (System.nanoTime() - start);
    }
  }

  /** The thread that delivers: the channel's thread has what it waited for, and reads on. */
  void leaveReading() {
    if (transport != null) {
      transport.leaveReading();
    }
  }

  /** Sends what {@code adding} hands to MINA. Waits while keys are exchanged. */
  void write(TransportSession.Adding adding) throws IOException, InterruptedException {
    if (transport == null) {
      adding.run();
      return;
    }
    if (isExchangingKeys()) {
      readUntil(() -> !isExchangingKeys(), Long.MAX_VALUE);
    }
    transport.writeHere(adding);
  }

  private boolean isExchangingKeys() {
    KexState state = session.getKexState();
    return state != KexState.DONE && state != KexState.KEYS;
  }
}
