package io.quaymaster.ssh.handshake;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.negotiation.NegotiationFailure;
import io.quaymaster.negotiation.NegotiationFailures;
import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts handshakes, and hands failures on to be kept. A slow database holds up no connection: a
 * failure that finds no place is counted and forgotten. Threads: any.
 */
public final class HandshakeRecorder {
  private static final Logger log = LoggerFactory.getLogger(HandshakeRecorder.class);

  /** Failures that may be on their way to the database at once. */
  private static final int WRITING = 4;

  private final NegotiationFailures failures;
  private final MeterRegistry meters;
  private final Counter forgotten;
  private final Clock clock;
  private final Semaphore writing = new Semaphore(WRITING);

  public HandshakeRecorder(NegotiationFailures failures, MeterRegistry meters, Clock clock) {
    this.failures = failures;
    this.meters = meters;
    this.clock = clock;
    forgotten =
        Counter.builder("quaymaster.negotiation.failures.unrecorded")
            .description("Failed negotiations beyond what is written down")
            .register(meters);
  }

  Instant now() {
    return clock.instant();
  }

  /** The labels come from our own lists, for only they can be agreed upon. */
  void established(String kex, String cipher) {
    Counter.builder("quaymaster.handshakes")
        .description("Key exchanges that succeeded")
        .tag("kex", kex)
        .tag("cipher", cipher)
        .register(meters)
        .increment();
  }

  void failed(NegotiationFailure failure) {
    Counter.builder("quaymaster.negotiation.failures")
        .description("Handshakes that failed")
        .tag("category", failure.code().category())
        .register(meters)
        .increment();
    if (!writing.tryAcquire()) {
      forgotten.increment();
      return;
    }
    Thread.ofVirtual()
        .name("negotiation failure")
        .start(
            () -> {
              try {
                write(failure);
              } finally {
                writing.release();
              }
            });
  }

  private void write(NegotiationFailure failure) {
    try {
      if (failures.record(failure)) {
        log.info(
            "handshake failed listener={} source={} code={} client=\"{}\" {}",
            failure.listener(),
            failure.source().getHostAddress(),
            failure.code(),
            failure.client(),
            failure.message());
        return;
      }
    } catch (RuntimeException away) {
      log.debug("A failed negotiation could not be written down", away);
    }
    forgotten.increment();
  }
}
