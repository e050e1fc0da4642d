package io.quaymaster.stores;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.quaymaster.storage.s3.S3Meters;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;

/** What one bucket store shows to Prometheus, under {@code store="tenant/name"}. */
final class MicrometerS3Meters implements S3Meters {
  private static final String STORE = "store";

  /** A few for each order of magnitude: each is a time series of each operation and store. */
  private static final Duration[] BUCKETS =
      Stream.of(5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000)
          .map(Duration::ofMillis)
          .toArray(Duration[]::new);

  private final MeterRegistry registry;
  private final String store;
  private final Counter retries;
  private final Counter sent;
  private final Counter received;
  private final Counter orphans;
  private final AtomicLong parts;
  private final AtomicLong memory;

  MicrometerS3Meters(MeterRegistry registry, String store) {
    this.registry = registry;
    this.store = store;
    this.retries = counter("quaymaster.s3.retries");
    this.sent = counter("quaymaster.s3.sent.bytes");
    this.received = counter("quaymaster.s3.received.bytes");
    this.orphans = counter("quaymaster.s3.orphan.uploads.aborted");
    this.parts = gauge("quaymaster.s3.parts.in.flight");
    this.memory = gauge("quaymaster.s3.memory.bytes");
  }

  private Counter counter(String name) {
    return registry.counter(name, STORE, store);
  }

  private AtomicLong gauge(String name) {
    AtomicLong value = new AtomicLong();
    Gauge.builder(name, value, AtomicLong::get)
        .tag(STORE, store)
        .strongReference(true)
        .register(registry);
    return value;
  }

  @Override
  public void request(String operation, String outcome, Duration took, int attempts) {
    Timer.builder("quaymaster.s3.requests")
        .tags(STORE, store, "operation", operation, "outcome", outcome)
        .serviceLevelObjectives(BUCKETS)
        .register(registry)
        .record(took);
    if (attempts > 1) {
      retries.increment(attempts - 1);
    }
  }

  @Override
  public void sent(long bytes) {
    sent.increment((double) bytes);
  }

  @Override
  public void received(long bytes) {
    received.increment((double) bytes);
  }

  @Override
  public void partsInFlight(int change) {
    parts.addAndGet(change);
  }

  @Override
  public void memory(long change) {
    memory.addAndGet(change);
  }

  @Override
  public void orphanUploadsAborted(int count) {
    orphans.increment(count);
  }
}
