package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.key;
import static io.quaymaster.storage.s3.FaultProxy.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.Listing;
import io.quaymaster.files.StoreKey;
import java.io.PrintStream;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Directories are read page by page, whoever made what is in them. */
class BucketListingTest {
  private static final S3Limits PATIENT =
      new S3Limits(64 << 20, 16 << 20, 16 << 20, 4 << 20, Duration.ofMinutes(10));

  private final BucketStore it = BucketStore.open();

  @AfterEach
  void close() {
    it.close();
  }

  private void plantMany(String directory, int count) {
    Semaphore slots = new Semaphore(16);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < count; i++) {
        slots.acquireUninterruptibly();
        String path = directory + name(i);
        threads.execute(
            () -> {
              try {
                it.plant(path, "");
              } finally {
                slots.release();
              }
            });
      }
    }
  }

  /** Every tenth a directory. */
  private static String name(int i) {
    return i % 10 == 0 ? "n%06d/".formatted(i) : "n%06d".formatted(i);
  }

  private S3FileStore inexact(S3Stores stores) {
    S3Traits has = it.server.traits();
    return stores.open(
        it.server
            .settings(it.raw.name(), BucketStore.PREFIX, it.proxy.endpoint())
            .with(
                new S3Traits(
                    has.checksums(),
                    has.conditionalPut(),
                    has.conditionalComplete(),
                    has.conditionalCopy(),
                    false)),
        it.records,
        it.moves,
        S3Meters.NONE);
  }

  @Test
  void severalPagesHaveNoGapsAndNoDuplicates() throws FileFailure {
    plantMany("many/", 2_500);
    S3FileStore store = inexact(it.stores);
    Set<String> seen = new HashSet<>();
    try (Listing listing = store.list(key("many"))) {
      for (Listing.Entry entry = listing.next(); entry != null; entry = listing.next()) {
        String slash = entry.attributes().isDirectory() ? "/" : "";
        assertThat(seen.add(entry.name().byteText() + slash)).isTrue();
      }
    }
    store.close();
    assertThat(seen).containsExactlyInAnyOrderElementsOf(names(2_500));
    assertThat(it.proxy.count("HEAD")).as("nothing is asked about entries").isZero();
    assertThat(it.proxy.count("GET")).as("one look before, and one after").isLessThanOrEqualTo(5);
  }

  private static Set<String> names(int count) {
    return Set.copyOf(IntStream.range(0, count).mapToObj(BucketListingTest::name).toList());
  }

  @Test
  void exactListingsAskForEachEntry() throws FileFailure {
    plantMany("many/", 150);
    it.raw.put("in/many/timed", "x", Map.of("mtime", "1000000000.5", "mode", "33152"));
    it.raw.put("in/many/huge", "x", Map.of("mtime", "1e999999999", "mode", "1E+9"));
    assertThat(it.list(key("many"))).hasSize(152).containsAll(names(150));
    try (Listing listing = it.store.list(key("many"))) {
      int found = 0;
      for (Listing.Entry entry = listing.next(); entry != null; entry = listing.next()) {
        if (entry.name().byteText().equals("timed")) {
          assertThat(entry.attributes().modifiedSeconds()).isEqualTo(1_000_000_000);
          assertThat(entry.attributes().mode()).isEqualTo(0600);
          found++;
        } else if (entry.name().byteText().equals("huge")) {
          assertThat(entry.attributes().modifiedSeconds()).isBetween(1L << 30, 1L << 36);
          found++;
        }
      }
      assertThat(found).isEqualTo(2);
    }
  }

  @Test
  void keysOfOtherToolsAreShownOnlyIfANameHasThem() throws FileFailure {
    it.plant("", "");
    it.plant("implied/deep/f", "x");
    it.plant("marked/", "");
    it.plant("\uF741", "an A in disguise");
    it.plant("x".repeat(300), "x");
    it.plant("\uF7FF", "a byte");
    it.plant("\uD83D\uDE00", "x");
    assertThat(it.list(StoreKey.ROOT))
        .containsExactlyInAnyOrder("implied/", "marked/", "\uD83D\uDE00", "\uFFFD");
    assertThat(it.list(key("marked"))).isEmpty();
    assertThat(it.files()).isEqualTo(3);
  }

  /** S3Proxy keeps objects in files, and has no file beside a directory of its name; Ceph has. */
  @Test
  void aNameThatIsAFileAndADirectoryIsListedOnceAsTheFile() throws FileFailure {
    assumeThat(System.getProperty("test.s3.endpoint")).as("a server that has both").isNotNull();
    it.plant("both", "x");
    it.plant("both-between", "x");
    it.plant("both/f", "x");
    it.plant("\uF7FF", "a byte");
    it.plant("\uD83D\uDE00", "x");
    it.plant("\uD83D\uDE00/f", "x");
    assertThat(it.list(StoreKey.ROOT))
        .containsExactlyInAnyOrder("both", "both-between", "\uD83D\uDE00", "\uFFFD");
    assertThat(it.list(key("both"))).as("also a directory, for who asks").containsExactly("f");
    assertThat(it.files()).isEqualTo(6);
  }

  @Test
  void aListingClosedEarlyLeavesNothingBehind() throws FileFailure {
    plantMany("many/", 100);
    it.proxy.every(requests("HEAD", "/in/many/"), new Fault.BlackHole());
    Listing listing = it.store.list(key("many"));
    Thread closer =
        Thread.startVirtualThread(
            () -> {
              await().until(() -> it.proxy.injected() > 10);
              listing.close();
            });
    assertThatExceptionOfType(FileFailure.class).isThrownBy(listing::next);
    await("requests to end").until(() -> !closer.isAlive());
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(listing::next)
        .matches(failure -> failure.kind() == Kind.INVALID_HANDLE);
    await("connections to end").until(() -> it.proxy.openConnections() <= 1);
    it.proxy.heal();
    assertThat(it.list(key("many"))).hasSize(100);
  }

  /**
   * Run with {@code -Dtest.s3.many=100000 -Dtest.s3.fast=true}; prints how much heap it took. The
   * server of the tests looks at all keys for each page, so it is given time.
   */
  @Test
  void manyEntriesTakeLittleMemory() throws FileFailure {
    int many = Integer.getInteger("test.s3.many", 1_500);
    plantMany("many/", many);
    S3FileStore store = inexact(new S3Stores(PATIENT));
    long began = System.nanoTime();
    long before = usedHeap();
    long most = 0;
    int count = 0;
    String last = "";
    try (Listing listing = store.list(key("many"))) {
      for (Listing.Entry entry = listing.next(); entry != null; entry = listing.next()) {
        assertThat(entry.name().byteText()).isGreaterThan(last);
        last = entry.name().byteText();
        if (++count % 2_000 == 0) {
          most = Math.max(most, usedHeap() - before);
        }
      }
    }
    store.close();
    assertThat(count).isEqualTo(many);
    assertThat(most).as("bytes of heap").isLessThan(16L << 20);
    PrintStream out = System.out;
    out.printf(
        "%d entries listed in %d ms; heap grew by at most %d KiB%n",
        count, (System.nanoTime() - began) / 1_000_000, most >> 10);
  }

  private static long usedHeap() {
    Runtime runtime = Runtime.getRuntime();
    System.gc();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Test
  void pagesAreAskedForAgainWhenTheStoreIsOverloaded() throws FileFailure {
    plantMany("many/", 30);
    it.proxy.next(3, requests("GET", "delimiter"), new Fault.SlowDown());
    it.proxy.next(3, requests("HEAD", "/in/many/"), new Fault.SlowDown());
    assertThat(it.list(key("many"))).hasSize(30);
    assertThat(it.proxy.injected()).isEqualTo(6);
  }
}
