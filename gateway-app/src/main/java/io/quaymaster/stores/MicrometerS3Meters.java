package io.quaymaster.stores;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.BaseUnits;
import io.quaymaster.storage.s3.S3Meters;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

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
    this.retries =
        counter("quaymaster.s3.retries", "Requests to the bucket that were repeated", null);
    this.sent =
        counter("quaymaster.s3.sent.bytes", "Bytes of files sent to the bucket", BaseUnits.BYTES);
    this.received =
        counter(
            "quaymaster.s3.received.bytes", "Bytes of files asked of the bucket", BaseUnits.BYTES);
    this.orphans =
        counter(
            "quaymaster.s3.orphan.uploads.aborted",
            "Multipart uploads that nobody knew and a sweep aborted",
            null);
    this.parts = gauge("quaymaster.s3.parts.in.flight", "Parts being sent or copied now", null);
    this.memory =
        gauge("quaymaster.s3.memory.bytes", "Memory that transfers hold now", BaseUnits.BYTES);
  }

  private Counter counter(String name, String description, @Nullable String unit) {
    return Counter.builder(name)
        .description(description)
        .baseUnit(unit)
        .tag(STORE, store)
        .register(registry);
  }

  private AtomicLong gauge(String name, String description, @Nullable String unit) {
    AtomicLong value = new AtomicLong();
    Gauge.builder(name, value, AtomicLong::get)
        .description(description)
        .baseUnit(unit)
        .tag(STORE, store)
        .strongReference(true)
        .register(registry);
    return value;
  }

  @Override
  public void request(String operation, String outcome, Duration took, int attempts) {
    Timer.builder("quaymaster.s3.requests")
        .description("Time that a request to the bucket took, with all its tries")
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
