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
import static io.quaymaster.storage.s3.BucketStore.resume;
import static io.quaymaster.storage.s3.BucketStore.sizeOf;
import static io.quaymaster.storage.s3.BucketStore.write;
import static io.quaymaster.storage.s3.FaultProxy.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

/** Uploads of many parts, and what becomes of those that break off. */
class UploadTest {
  private final BucketStore it = new BucketStore(S3Server.Backend.FILES, S3Limits.DEFAULTS);
  private final S3FileStore store = it.store;

  @AfterEach
  void close() {
    it.close();
  }

  @Test
  void aFileOfManyPartsIsWhole() throws Exception {
    byte[] data = bytes(45 * MIB + 17, 1);
    OpenFile file = begin(store, "big");
    write(file, data, 0, data.length);
    assertThat(file.attributes().sizeBytes()).isEqualTo(data.length);
    file.close();
    fails(() -> store.attributes(key("big")), Kind.NOT_FOUND);
    publish(store, "big");
    assertThat(it.counts.mostMemory.get())
        .isLessThanOrEqualTo(S3Limits.DEFAULTS.uploadMemoryPerFile());
    holds(store, "big", data);
    assertThat(it.multipartUploads()).isZero();
    assertThat(it.records.in(StoreKey.ROOT)).isEmpty();
  }

  /** As clients with many requests under way do. */
  @Test
  void writesMayComeOutOfOrder() throws Exception {
    byte[] data = bytes(20 * MIB, 2);
    OpenFile file = begin(store, "mixed");
    Random random = new Random(2);
    int window = 64 * BucketStore.WRITE;
    for (int from = 0; from < data.length; from += window) {
      List<Integer> offsets = new ArrayList<>();
      for (int at = from; at < from + window; at += BucketStore.WRITE) {
        offsets.add(at);
      }
      Collections.shuffle(offsets, random);
      for (int at : offsets) {
        file.write(at, ByteBuffer.wrap(data, at, BucketStore.WRITE));
      }
    }
    file.close();
    publish(store, "mixed");
    holds(store, "mixed", data);
  }

  @Test
  void aGapIsNeverPublished() throws Exception {
    byte[] data = bytes(3 * MIB, 3);
    OpenFile file = begin(store, "gap");
    write(file, data, 0, MIB);
    file.write(2 * MIB, ByteBuffer.wrap(data, 2 * MIB, MIB));
    file.close();
    fails(() -> publish(store, "gap"), Kind.UNSUPPORTED);
    fails(() -> store.attributes(key("gap")), Kind.NOT_FOUND);
    assertThat(sizeOf(store, aside("gap"))).isEqualTo(MIB);
    goOn(store, "gap", data, MIB);
    holds(store, "gap", data);
  }

  @Test
  void whatTheBucketHasIsNotWrittenAgain() throws Exception {
    byte[] data = bytes(10 * MIB, 4);
    OpenFile file = begin(store, "again");
    write(file, data, 0, data.length);
    fails(() -> file.write(0, ByteBuffer.allocate(1)), Kind.UNSUPPORTED);
    file.write(9 * MIB, ByteBuffer.wrap(data, 9 * MIB, MIB));
    file.close();
    publish(store, "again");
    holds(store, "again", data);
  }

  @Test
  void anotherReplicaGoesOnWithWhatWasKept() throws Exception {
    byte[] data = bytes(21 * MIB + 5, 5);
    int kept = 11 * MIB + 123;
    OpenFile broken = begin(store, "kept");
    write(broken, data, 0, kept);
    broken.preserve();
    broken.close();
    try (S3FileStore other = it.replica()) {
      assertThat(sizeOf(other, aside("kept"))).isEqualTo(kept);
      assertThat(other.measure(StoreKey.ROOT)).isEqualTo(new Measure(kept, 1, false));
      goOn(other, "kept", data, kept);
      holds(other, "kept", data);
      assertThat(other.measure(StoreKey.ROOT)).isEqualTo(new Measure(data.length, 1, false));
    }
    assertThat(it.multipartUploads()).isZero();
  }

  /** As after kill -9: the first process never says that it is gone, and comes to life again. */
  @Test
  void whoWasTakenForDeadCannotGoOn() throws Exception {
    byte[] data = bytes(40 * MIB, 6);
    OpenFile first = begin(store, "fenced");
    write(first, data, 0, 18 * MIB);
    awaitRecorded("fenced", 16 * MIB);
    try (S3FileStore other = it.replica()) {
      OpenFile second = resume(other, "fenced");
      write(first, data, 18 * MIB, 24 * MIB);
      await("the third part to be refused")
          .untilAsserted(() -> fails(() -> write(first, data, 24 * MIB, 24 * MIB + 1), Kind.BUSY));
      fails(first::preserve, Kind.BUSY);
      first.close();
      write(second, data, 16 * MIB, data.length);
      second.close();
      publish(other, "fenced");
      holds(other, "fenced", data);
    }
  }

  @Test
  void whoWasTakenForDeadCannotPublish() throws Exception {
    byte[] data = bytes(20 * MIB, 17);
    OpenFile first = begin(store, "fenced");
    write(first, data, 0, data.length);
    first.close();
    awaitRecorded("fenced", 16 * MIB);
    try (S3FileStore other = it.replica()) {
      OpenFile second = resume(other, "fenced");
      fails(() -> publish(store, "fenced"), Kind.BUSY);
      write(second, data, 16 * MIB, data.length);
      second.close();
      publish(other, "fenced");
      holds(other, "fenced", data);
    }
  }

  private void awaitRecorded(String name, long bytes) {
    await().until(() -> it.records.find(aside(name)).orElseThrow().sizeBytes() >= bytes);
  }

  /**
   * A process died when it had sent the fourth part and not the third. Some servers complete an
   * upload only with every part that they have.
   */
  @Test
  void partsThatADeadProcessLeftAreSentAnew() throws Exception {
    byte[] data = bytes(22 * MIB + 3, 18);
    OpenFile broken = begin(store, "left");
    write(broken, data, 0, 16 * MIB);
    awaitRecorded("left", 16 * MIB);
    String uploadId = it.records.find(aside("left")).orElseThrow().uploadId();
    it.server
        .client()
        .uploadPart(
            r -> r.bucket(it.raw.name()).key("in/left").uploadId(uploadId).partNumber(4),
            RequestBody.fromBytes(bytes(MIB, 19)));
    it.proxy.resetCounts();
    try (S3FileStore other = it.open(it.proxy.endpoint(), it.counts)) {
      goOn(other, "left", data, 16 * MIB);
      holds(other, "left", data);
      assertThat(it.proxy.count(requests("PUT", "partNumber=3"))).isOne();
      assertThat(it.proxy.count(requests("PUT", "partNumber=4"))).isOne();
    }
    store.remove(aside("left"));
    fails(broken::close, Kind.BUSY);
  }

  @Test
  void anUploadGoesOnWhileTheDatabaseIsAway() throws Exception {
    byte[] data = bytes(30 * MIB, 7);
    OpenFile file = begin(store, "away");
    write(file, data, 0, 10 * MIB);
    awaitRecorded("away", 8 * MIB);
    it.records.away = true;
    write(file, data, 10 * MIB, data.length);
    it.records.away = false;
    file.close();
    publish(store, "away");
    holds(store, "away", data);
  }

  @Test
  void withoutTheDatabaseAnUploadIsNotPublished() throws Exception {
    byte[] data = bytes(30 * MIB, 8);
    OpenFile file = begin(store, "later");
    write(file, data, 0, 10 * MIB);
    awaitRecorded("later", 8 * MIB);
    it.records.away = true;
    write(file, data, 10 * MIB, data.length);
    file.close();
    fails(() -> publish(store, "later"), Kind.LEDGER_UNAVAILABLE);
    it.records.away = false;
    fails(() -> store.attributes(key("later")), Kind.NOT_FOUND);
    int kept = (int) sizeOf(store, aside("later"));
    assertThat(kept).isEqualTo(8 * MIB);
    goOn(store, "later", data, kept);
    holds(store, "later", data);
  }

  @Test
  void anUploadThatIsGivenUpLeavesNothing() throws Exception {
    byte[] data = bytes(12 * MIB, 9);
    OpenFile file = begin(store, "gone");
    write(file, data, 0, data.length);
    assertThat(store.remove(aside("gone")).sizeBytes()).isEqualTo(data.length);
    fails(file::close, Kind.BUSY, Kind.INVALID_HANDLE);
    OpenFile kept = begin(store, "gone");
    write(kept, data, 0, data.length);
    kept.preserve();
    kept.close();
    store.remove(aside("gone"));
    assertThat(it.multipartUploads()).isZero();
    assertThat(it.records.in(StoreKey.ROOT)).isEmpty();
    assertThat(store.measure(StoreKey.ROOT)).isEqualTo(new Measure(0, 0, false));
  }

  @Test
  void anUploadBeginsAnew() throws Exception {
    byte[] data = bytes(12 * MIB, 10);
    OpenFile file = begin(store, "anew");
    write(file, bytes(20 * MIB, 11), 0, 20 * MIB);
    fails(() -> file.setSize(5), Kind.UNSUPPORTED);
    file.setSize(0);
    assertThat(file.attributes().sizeBytes()).isZero();
    write(file, data, 0, data.length);
    file.close();
    publish(store, "anew");
    holds(store, "anew", data);
  }

  @Test
  void timesThatAreSetAtTheEndAreKept() throws Exception {
    byte[] data = bytes(9 * MIB, 12);
    AttributeChange change = new AttributeChange(0604, new AttributeChange.Times(100, 200));
    for (int length : new int[] {100, data.length}) {
      OpenFile file = begin(store, "timed");
      write(file, data, 0, length);
      file.setAttributes(change);
      file.close();
      publish(store, "timed");
      assertThat(store.attributes(key("timed")).modifiedSeconds()).isEqualTo(200);
      assertThat(store.attributes(key("timed")).mode()).isEqualTo(0604);
      assertThat(sizeOf(store, key("timed"))).isEqualTo(length);
    }
  }

  @Test
  void whatStandsIsCopiedByTheServerWhenItIsAppendedTo() throws Exception {
    byte[] data = bytes(24 * MIB, 13);
    int stands = 20 * MIB + 3;
    OpenFile file = begin(store, "log");
    write(file, data, 0, stands);
    file.close();
    publish(store, "log");
    long sent = it.counts.sent.get();
    OpenFile appending = begin(store, "log");
    OpenFile standing = store.open(key("log"), Access.READ);
    assertThat(standing.copyTo(appending, 0, 0, 8 * MIB)).isEqualTo(8 * MIB);
    assertThat(standing.copyTo(appending, 8 * MIB, 8 * MIB, stands)).isEqualTo(stands - 8 * MIB);
    standing.close();
    write(appending, data, stands, data.length);
    appending.close();
    publish(store, "log");
    holds(store, "log", data);
    assertThat(it.counts.sent.get() - sent).isEqualTo(data.length - stands);
  }

  @Test
  void onlyTheEndOfALargeFileIsChanged() throws Exception {
    byte[] data = bytes(20 * MIB, 14);
    put(store, "edit", data);
    OpenFile edited = store.open(key("edit"), Access.READ_WRITE);
    fails(() -> edited.write(MIB, ByteBuffer.allocate(1)), Kind.UNSUPPORTED);
    edited.write(19 * MIB, ByteBuffer.wrap(new byte[] {1, 2, 3}));
    ByteBuffer back = ByteBuffer.allocate(5);
    assertThat(edited.read(MIB, back)).isEqualTo(5);
    assertThat(back.flip()).isEqualTo(ByteBuffer.wrap(data, MIB, 5));
    edited.close();
    System.arraycopy(new byte[] {1, 2, 3}, 0, data, 19 * MIB, 3);
    holds(store, "edit", data);
  }

  @Test
  void aSourceThatChangesMeanwhileIsNotMixed() throws Exception {
    byte[] data = bytes(12 * MIB, 15);
    put(store, "source", data);
    OpenFile source = store.open(key("source"), Access.READ);
    OpenFile copy = begin(store, "copy");
    source.copyTo(copy, 0, 0, 10 * MIB);
    OpenFile other = begin(store, "source");
    write(other, bytes(12 * MIB, 16), 0, 12 * MIB);
    other.close();
    publish(store, "source");
    copy.close();
    fails(() -> publish(store, "copy"), Kind.STORE_ERROR);
    fails(() -> store.attributes(key("copy")), Kind.NOT_FOUND);
    source.close();
    store.remove(aside("copy"));
  }
}
