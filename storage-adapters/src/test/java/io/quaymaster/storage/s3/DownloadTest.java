package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.key;
import static io.quaymaster.storage.s3.FaultProxy.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

/** Reading objects, well and harmed. */
class DownloadTest {
  private static final int MIB = 1 << 20;
  private static final int READ = 32 << 10;

  private final BucketStore it = new BucketStore(S3Server.Backend.FILES, BucketStore.LIMITS);

  @AfterEach
  void nothingIsHeld() {
    it.proxy.heal();
    await("memory to come back").until(() -> it.stores.memoryInUse() == 0);
    it.close();
  }

  private byte[] plant(int length) {
    byte[] bytes = BucketStore.bytes(length, length);
    it.raw
        .s3()
        .putObject(
            put -> put.bucket(it.raw.name()).key(BucketStore.PREFIX + "f"),
            RequestBody.fromBytes(bytes));
    return bytes;
  }

  private OpenFile open() throws FileFailure {
    return it.store.open(key("f"), Access.READ);
  }

  private static byte[] at(OpenFile file, long offset, int length) throws FileFailure {
    ByteBuffer into = ByteBuffer.allocate(length);
    int read = file.read(offset, into);
    assertThat(into.position()).isEqualTo(read);
    return Arrays.copyOf(into.array(), read);
  }

  private static byte[] all(OpenFile file, int length) throws FileFailure {
    ByteBuffer all = ByteBuffer.allocate(length + 1);
    for (byte[] part = at(file, 0, READ); part.length > 0; part = at(file, all.position(), READ)) {
      all.put(part);
    }
    return Arrays.copyOf(all.array(), all.position());
  }

  private void assertReads(byte[] bytes) throws FileFailure {
    OpenFile file = open();
    try {
      assertThat(Arrays.equals(all(file, bytes.length), bytes)).isTrue();
    } finally {
      file.close();
    }
  }

  @Test
  void readsFromFrontToBackInLargeRangesWithBoundedMemory() throws FileFailure {
    byte[] bytes = plant(40 * MIB);
    OpenFile file = open();
    ByteBuffer all = ByteBuffer.allocate(bytes.length);
    long most = 0;
    while (all.hasRemaining()) {
      all.put(at(file, all.position(), READ));
      most = Math.max(most, it.stores.memoryInUse());
    }
    file.close();
    assertThat(Arrays.equals(all.array(), bytes)).isTrue();
    assertThat(most).isBetween(2L * MIB, BucketStore.LIMITS.downloadMemoryPerFile());
    assertThat(it.proxy.count("GET")).as("ranges of a MiB").isLessThan(60);
  }

  @Test
  void severalRangesAreUnderWayAtOnce() throws FileFailure {
    byte[] bytes = plant(8 * MIB);
    Duration delay = Duration.ofSeconds(1);
    it.proxy.every(requests("GET", ""), new Fault.Delay(delay));
    OpenFile file = open();
    long began = System.nanoTime();
    assertThat(Arrays.equals(all(file, bytes.length), bytes)).isTrue();
    long tookMillis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - began);
    file.close();
    long requests = it.proxy.count("GET");
    assertThat(requests).isGreaterThan(8);
    assertThat(tookMillis).isLessThan(requests * delay.toMillis() * 2 / 3);
  }

  @Test
  void whoJumpsAboutGetsWhatWasAskedFor() throws FileFailure {
    byte[] bytes = plant(3 * MIB + 17);
    OpenFile file = open();
    Random random = new Random(7);
    for (int i = 0; i < 60; i++) {
      int offset = random.nextInt(bytes.length);
      int length = 1 + random.nextInt(100_000);
      assertThat(at(file, offset, length))
          .isEqualTo(Arrays.copyOfRange(bytes, offset, Math.min(bytes.length, offset + length)));
    }
    assertThat(at(file, bytes.length, 10)).isEmpty();
    file.close();
  }

  @Test
  void requestsThatOvertakeEachOtherDoNotThrowAwayWhatWasFetched() throws FileFailure {
    byte[] bytes = plant(8 * MIB);
    OpenFile file = open();
    for (int offset = 0; offset < bytes.length; offset += 2 * READ) {
      assertThat(at(file, offset + READ, READ))
          .isEqualTo(Arrays.copyOfRange(bytes, offset + READ, offset + 2 * READ));
      assertThat(at(file, offset, READ))
          .isEqualTo(Arrays.copyOfRange(bytes, offset, offset + READ));
    }
    file.close();
    assertThat(it.proxy.count("GET")).isLessThan(40);
  }

  @Test
  void aReaderThatPausesGoesOnWhereItWas() throws FileFailure {
    byte[] bytes = plant(8 * MIB);
    OpenFile file = open();
    at(file, 0, READ);
    await("read-ahead to come to rest")
        .during(Duration.ofMillis(300))
        .until(() -> it.stores.memoryInUse() <= BucketStore.LIMITS.downloadMemoryPerFile());
    it.proxy.reset();
    assertThat(Arrays.equals(all(file, bytes.length), bytes)).isTrue();
    file.close();
  }

  @Test
  void ofAnObjectThatIsReplacedNothingMoreIsRead() throws FileFailure {
    byte[] old = plant(12 * MIB);
    OpenFile file = open();
    assertThat(at(file, 0, READ)).isEqualTo(Arrays.copyOf(old, READ));
    it.plant("f", "new");
    int offset = READ;
    try {
      while (offset < old.length) {
        assertThat(at(file, offset, READ))
            .isEqualTo(Arrays.copyOfRange(old, offset, offset + READ));
        offset += READ;
      }
      throw new AssertionError("the old object was read to its end");
    } catch (FileFailure failure) {
      assertThat(failure.kind()).isEqualTo(Kind.STORE_ERROR);
      assertThat(failure).hasMessageContaining("replaced or removed");
    }
    file.close();
  }

  @Test
  void whatABrokenConnectionLeftOutIsFetchedAgain() throws FileFailure {
    byte[] bytes = plant(6 * MIB);
    it.proxy.next(9, requests("GET", "/in/f"), new Fault.CutResponse(200_000));
    assertReads(bytes);
    assertThat(it.proxy.injected()).isEqualTo(9);
  }

  @Test
  void slowBodiesAreAwaited() throws FileFailure {
    byte[] bytes = plant(300_000);
    it.proxy.next(1, requests("GET", "/in/f"), new Fault.DripResponse(200_000));
    assertReads(bytes);
  }

  @Test
  void anOverloadedStoreIsAskedAgain() throws FileFailure {
    byte[] bytes = plant(2 * MIB);
    it.proxy.next(3, requests("GET", "/in/f"), new Fault.SlowDown());
    assertReads(bytes);
    assertThat(it.proxy.injected()).isEqualTo(3);
  }

  @Test
  void aStoreThatDoesNotAnswerFailsTheReadAndNotTheNextOne() throws FileFailure {
    byte[] bytes = plant(MIB);
    OpenFile file = open();
    it.proxy.every(requests("GET", ""), new Fault.BlackHole());
    long began = System.nanoTime();
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(() -> at(file, 0, READ))
        .matches(failure -> failure.kind() == Kind.STORE_ERROR)
        .withMessageContaining("does not answer in time");
    // Twice would be a patience for each of two tries.
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isLessThan(BucketStore.LIMITS.patience().multipliedBy(2));
    it.proxy.heal();
    assertThat(Arrays.equals(all(file, bytes.length), bytes)).isTrue();
    file.close();
  }

  @Test
  void closingEndsAReadThatHangs() throws Exception {
    plant(MIB);
    OpenFile file = open();
    it.proxy.every(requests("GET", ""), new Fault.BlackHole());
    CompletableFuture<byte[]> reading = new CompletableFuture<>();
    Thread.startVirtualThread(
        () -> {
          try {
            reading.complete(at(file, 0, READ));
          } catch (FileFailure failure) {
            reading.completeExceptionally(failure);
          }
        });
    await().until(() -> it.proxy.injected() > 0);
    file.close();
    assertThatExceptionOfType(ExecutionException.class)
        .isThrownBy(() -> reading.get(BucketStore.LIMITS.patience().toSeconds(), TimeUnit.SECONDS))
        .withMessageContaining("the file is closed");
  }

  @Test
  void anInterruptedReaderIsToldSo() throws FileFailure {
    plant(MIB);
    OpenFile file = open();
    Thread.currentThread().interrupt();
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(() -> at(file, 0, READ))
        .matches(failure -> failure.kind() == Kind.SESSION_ENDED);
    assertThat(Thread.interrupted()).isTrue();
    file.close();
  }

  @Test
  void whoReadsAtTheSameTimeSharesTheMemory() throws FileFailure {
    byte[] bytes = plant(6 * MIB);
    OpenFile[] files = new OpenFile[6];
    for (int i = 0; i < files.length; i++) {
      files[i] = open();
    }
    for (int offset = 0; offset < bytes.length; offset += READ) {
      byte[] expected = Arrays.copyOfRange(bytes, offset, offset + READ);
      for (OpenFile file : files) {
        assertThat(Arrays.equals(at(file, offset, READ), expected)).isTrue();
      }
    }
    for (OpenFile file : files) {
      file.close();
    }
    long pieces = (long) files.length * bytes.length / TransferMemory.PIECE;
    assertThat(it.proxy.count("GET")).as("ranges of a piece or more").isLessThanOrEqualTo(pieces);
  }

  @Test
  void withoutMemoryItReadsWithoutReadAhead() throws FileFailure {
    byte[] bytes = plant(2 * MIB);
    OpenFile[] hoarders = new OpenFile[5];
    for (int i = 0; i < hoarders.length; i++) {
      hoarders[i] = open();
      for (int offset = 0; offset < MIB; offset += READ) {
        at(hoarders[i], offset, READ);
      }
    }
    OpenFile file = open();
    assertThat(Arrays.equals(all(file, bytes.length), bytes)).isTrue();
    assertThat(it.stores.memoryInUse()).isLessThanOrEqualTo(BucketStore.LIMITS.downloadMemory());
    file.close();
    for (OpenFile hoarder : hoarders) {
      hoarder.close();
    }
  }
}
