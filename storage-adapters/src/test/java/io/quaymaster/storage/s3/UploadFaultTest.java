package io.quaymaster.storage.s3;

import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.storage.s3.BucketStore.MIB;
import static io.quaymaster.storage.s3.BucketStore.aside;
import static io.quaymaster.storage.s3.BucketStore.begin;
import static io.quaymaster.storage.s3.BucketStore.bytes;
import static io.quaymaster.storage.s3.BucketStore.goOn;
import static io.quaymaster.storage.s3.BucketStore.holds;
import static io.quaymaster.storage.s3.BucketStore.key;
import static io.quaymaster.storage.s3.BucketStore.publish;
import static io.quaymaster.storage.s3.BucketStore.put;
import static io.quaymaster.storage.s3.BucketStore.sizeOf;
import static io.quaymaster.storage.s3.BucketStore.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Uploads through a network that does harm. */
class UploadFaultTest {
  private static final S3Limits IMPATIENT =
      new S3Limits(64L * MIB, 32L * MIB, 16L * MIB, 4L * MIB, Duration.ofSeconds(4));

  private final byte[] data = bytes(20 * MIB + 99, 20);
  private final BucketStore it = new BucketStore(S3Server.Backend.FILES, IMPATIENT);
  private final FaultProxy proxy = it.proxy;
  private final S3FileStore store = it.store;

  @AfterEach
  void close() {
    it.close();
  }

  private void upload() throws Exception {
    put(store, "f", data);
  }

  @Test
  void whatFailsOnceIsSentAgain() throws Exception {
    for (Fault fault :
        List.of(
            new Fault.SlowDown(),
            new Fault.CutRequest(3 * MIB),
            new Fault.LoseResponse(),
            new Fault.CorruptRequest(2 * MIB))) {
      proxy.resetCounts().next(1, FaultProxy.parts(), fault);
      upload();
      assertThat(proxy.injected()).as(fault.toString()).isOne();
      holds(store, "f", data);
      store.remove(key("f"));
    }
  }

  @Test
  void aCompletionThatNobodyHearsOfIsNoFailure() throws Exception {
    proxy.next(
        1,
        line -> line.startsWith("POST ") && line.contains("uploadId="),
        new Fault.LoseResponse());
    upload();
    assertThat(proxy.injected()).isOne();
    holds(store, "f", data);
  }

  @Test
  void aSmallFileIsSentAgainToo() throws Exception {
    byte[] small = bytes(1000, 21);
    for (Fault fault :
        List.of(new Fault.SlowDown(), new Fault.LoseResponse(), new Fault.CorruptRequest(500))) {
      proxy.resetCounts().next(1, FaultProxy.requests("PUT", "/in/f"), fault);
      put(store, "f", small);
      assertThat(proxy.injected()).as(fault.toString()).isOne();
      holds(store, "f", small);
    }
  }

  @Test
  void aStoreThatIsGoneIsSaidSoAndWhatItHasIsGoneOnWith() throws Exception {
    OpenFile file = begin(store, "f");
    write(file, data, 0, 9 * MIB);
    proxy.refuse();
    fails(
        () -> {
          write(file, data, 9 * MIB, data.length);
          file.close();
          publish(store, "f");
        },
        Kind.STORE_ERROR);
    proxy.heal();
    fails(() -> store.attributes(key("f")), Kind.NOT_FOUND);
    int kept = (int) sizeOf(store, aside("f"));
    assertThat(kept).isIn(0, 8 * MIB, 9 * MIB);
    goOn(store, "f", data, kept);
    holds(store, "f", data);
  }

  @Test
  void aStoreThatNeverAnswersIsGivenUp() throws Exception {
    OpenFile file = begin(store, "f");
    write(file, data, 0, MIB);
    proxy.every(FaultProxy.anyRequest(), new Fault.BlackHole());
    file.close();
    long before = System.nanoTime();
    fails(() -> publish(store, "f"), Kind.STORE_ERROR);
    assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(20));
    proxy.heal();
    assertThat(sizeOf(store, aside("f"))).isEqualTo(MIB);
    goOn(store, "f", data, MIB);
    holds(store, "f", data);
  }

  /** Its first failure is told, and not that what it had cannot be taken back either. */
  @Test
  void anUploadThatNobodyGoesOnWithHoldsNothingWhenTheStoreIsGone() throws Exception {
    OpenFile file = store.create(key("f"), Access.WRITE, 0640);
    write(file, data, 0, 12 * MIB);
    await().until(() -> it.multipartUploads() == 1);
    proxy.refuse();
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(file::close)
        .matches(failure -> failure.kind() == Kind.STORE_ERROR)
        .satisfies(failure -> assertThat(failure.getSuppressed()).isNotEmpty());
    assertThat(it.stores.memoryInUse()).isZero();
  }

  @Test
  void anUploadThatCannotBeRemovedSleepsOn() throws Exception {
    OpenFile file = begin(store, "f");
    write(file, data, 0, 12 * MIB);
    await().until(() -> it.multipartUploads() == 1);
    proxy.refuse();
    fails(() -> store.remove(aside("f")), Kind.STORE_ERROR);
    assertThat(it.stores.memoryInUse()).isZero();
    proxy.heal();
    store.remove(aside("f"));
    fails(file::close, Kind.BUSY, Kind.INVALID_HANDLE);
    assertThat(it.multipartUploads()).isZero();
    assertThat(it.records.in(StoreKey.ROOT)).isEmpty();
  }
}
