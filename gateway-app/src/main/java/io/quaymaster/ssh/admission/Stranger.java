package io.quaymaster.ssh.admission;

import io.quaymaster.admission.PenaltyKind;
import io.quaymaster.admission.SourceNetwork;
import io.quaymaster.ssh.transport.Gatekeeper;
import io.quaymaster.ssh.transport.TransportSession;
import java.net.InetAddress;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.sshd.common.session.Session;

/** A connection that was let in, until it is authenticated or over. Threads: any. */
final class Stranger implements Gatekeeper.Pass {
  private final Gate gate;
  private final InetAddress source;
  private final SourceNetwork block;
  private final long deadlineNanos;
  private final AtomicBoolean released = new AtomicBoolean();
  private volatile boolean offered;
  private volatile boolean wrong;
  private volatile boolean crashed;

  Stranger(Gate gate, InetAddress source, SourceNetwork block, Duration graceTime) {
    this.gate = gate;
    this.source = source;
    this.block = block;
    this.deadlineNanos = System.nanoTime() + graceTime.toNanos();
  }

  /** Empty for a connection of another transport, as some tests have. */
  static Optional<Stranger> of(Session session) {
    return session.getIoSession() instanceof TransportSession connection
            && connection.pass() instanceof Stranger stranger
        ? Optional.of(stranger)
        : Optional.empty();
  }

  /** It offered a proof. */
  void offered() {
    offered = true;
  }

  /** The proof was wrong. */
  void wrong() {
    wrong = true;
  }

  /** What it sent broke our code. */
  void crashed() {
    crashed = true;
  }

  void authenticated() {
    if (released.compareAndSet(false, true)) {
      gate.released(block);
    }
  }

  @Override
  public boolean isOverdue(long nanoTime) {
    return !released.get() && nanoTime - deadlineNanos >= 0;
  }

  @Override
  public boolean isStranger() {
    return !released.get();
  }

  @Override
  public void left() {
    boolean overdue = isOverdue(System.nanoTime());
    if (released.compareAndSet(false, true)) {
      penalty(overdue).ifPresent(kind -> gate.leftAStranger(source, kind));
      gate.released(block);
    }
  }

  /** Who offered something that could not be checked now did nothing wrong. */
  private Optional<PenaltyKind> penalty(boolean overdue) {
    if (crashed) {
      return Optional.of(PenaltyKind.CRASH);
    }
    if (overdue) {
      return Optional.of(PenaltyKind.GRACE_EXCEEDED);
    }
    if (wrong) {
      return Optional.of(PenaltyKind.AUTH_FAILED);
    }
    return offered ? Optional.empty() : Optional.of(PenaltyKind.NO_AUTH);
  }
}
