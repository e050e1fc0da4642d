package io.quaymaster.storage.s3;

import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.storage.s3.BucketStore.MIB;
import static io.quaymaster.storage.s3.BucketStore.aside;
import static io.quaymaster.storage.s3.BucketStore.begin;
import static io.quaymaster.storage.s3.BucketStore.bytes;
import static io.quaymaster.storage.s3.BucketStore.goOn;
import static io.quaymaster.storage.s3.BucketStore.holds;
import static io.quaymaster.storage.s3.BucketStore.publish;
import static io.quaymaster.storage.s3.BucketStore.resume;
import static io.quaymaster.storage.s3.BucketStore.sizeOf;
import static io.quaymaster.storage.s3.BucketStore.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.UploadRecords.Upload;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Uploads that begin anew: the record never names what the server has no more. */
class RestartTest {
  private static final S3Limits LIMITS =
      new S3Limits(64L * MIB, 32L * MIB, 16L * MIB, 4L * MIB, Duration.ofSeconds(30));

  private final byte[] data = bytes(20 * MIB + 3, 80);
  private final BucketStore it = new BucketStore(S3Server.Backend.FILES, LIMITS);
  private final FaultProxy proxy = it.proxy;
  private final S3FileStore store = it.store;
  private final S3FileStore other = it.replica();

  @AfterEach
  void close() {
    other.close();
    it.close();
  }

  private Upload record() throws FileFailure {
    return it.records.find(aside("f")).orElseThrow();
  }

  /** An upload of which a part is recorded. */
  private void breakOff() throws FileFailure {
    OpenFile file = begin(store, "f");
    write(file, data, 0, 12 * MIB);
    file.preserve();
    file.close();
    assertThat(record().uploadId()).isNotNull();
  }

  private void isAllOfIt() throws FileFailure {
    holds(other, "f", data);
    assertThat(it.records.in(StoreKey.ROOT)).isEmpty();
    assertThat(it.multipartUploads()).isZero();
  }

  @Test
  void nothingIsRecordedOfWhatWasCutToNothing() throws Exception {
    breakOff();
    OpenFile again = resume(store, "f");
    again.setSize(0);
    assertThat(record().uploadId()).isNull();
    assertThat(record().sizeBytes()).isZero();
    assertThat(it.multipartUploads()).isZero();
    // The process dies here.
    goOn(other, "f", data, 0);
    isAllOfIt();
    again.close();
  }

  @Test
  void theSameGatewayGoesOnWithIt() throws Exception {
    breakOff();
    OpenFile again = resume(store, "f");
    again.setSize(0);
    write(again, data, 0, data.length);
    again.close();
    publish(store, "f");
    isAllOfIt();
  }

  /** As if the process died when the record was changed, and nothing else. */
  @Test
  void whatCannotBeAbortedIsLeftToTheSweep() throws Exception {
    breakOff();
    OpenFile again = resume(store, "f");
    proxy.every(FaultProxy.requests("DELETE", "uploadId="), new Fault.Deny());
    again.setSize(0);
    assertThat(record().uploadId()).isNull();
    assertThat(it.multipartUploads()).isOne();
    assertThat(other.sweep(Duration.ofDays(-1))).isOne();
    again.close();
    goOn(other, "f", data, 0);
    isAllOfIt();
  }

  @Test
  void withoutTheDatabaseNothingIsCut() throws Exception {
    breakOff();
    OpenFile again = resume(store, "f");
    it.records.away = true;
    fails(() -> again.setSize(0), Kind.LEDGER_UNAVAILABLE);
    it.records.away = false;
    write(again, data, 12 * MIB, data.length);
    again.close();
    publish(store, "f");
    isAllOfIt();
  }

  @Test
  void whoWasTakenForDeadCutsNothing() throws Exception {
    breakOff();
    OpenFile first = resume(store, "f");
    OpenFile second = resume(other, "f");
    fails(() -> first.setSize(0), Kind.BUSY);
    assertThat(sizeOf(other, aside("f"))).isEqualTo(12 * MIB);
    write(second, data, 12 * MIB, data.length);
    second.close();
    publish(other, "f");
    fails(first::preserve, Kind.BUSY);
    first.close();
    isAllOfIt();
  }

  /** A part may have come to the server which nobody recorded, so it cannot be gone on with. */
  @Test
  void aMultipartUploadWithoutPartsIsForgotten() throws Exception {
    OpenFile file = begin(store, "f");
    proxy.every(FaultProxy.parts(), new Fault.Deny());
    write(file, data, 0, 7 * MIB);
    file.preserve();
    file.close();
    assertThat(record().uploadId()).isNotNull();
    OpenFile again = resume(other, "f");
    assertThat(record().uploadId()).isNull();
    assertThat(it.multipartUploads()).isZero();
    write(again, data, 0, data.length);
    again.close();
    publish(other, "f");
    isAllOfIt();
  }

  /** What was about to be completed, and was not, may begin anew as well. */
  @Test
  void anUploadThatCouldNotBeCompletedBeginsAnew() throws Exception {
    OpenFile file = begin(store, "f");
    write(file, data, 0, data.length);
    file.close();
    proxy.every(FaultProxy.requests("POST", "uploadId="), new Fault.Deny());
    fails(() -> publish(store, "f"), Kind.STORE_ERROR);
    OpenFile again = resume(other, "f");
    again.setSize(0);
    assertThat(record().completing()).isFalse();
    assertThat(it.multipartUploads()).isZero();
    again.close();
    goOn(other, "f", data, 0);
    isAllOfIt();
  }
}
