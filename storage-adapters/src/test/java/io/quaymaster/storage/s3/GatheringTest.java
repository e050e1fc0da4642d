package io.quaymaster.storage.s3;

import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.storage.s3.BucketStore.MIB;
import static io.quaymaster.storage.s3.BucketStore.begin;
import static io.quaymaster.storage.s3.BucketStore.bytes;
import static io.quaymaster.storage.s3.BucketStore.goOn;
import static io.quaymaster.storage.s3.BucketStore.holds;
import static io.quaymaster.storage.s3.BucketStore.key;
import static io.quaymaster.storage.s3.BucketStore.publish;
import static io.quaymaster.storage.s3.BucketStore.put;
import static io.quaymaster.storage.s3.BucketStore.resume;
import static io.quaymaster.storage.s3.BucketStore.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** Files so long that their parts are gathered on the server, in little. */
class GatheringTest {
  private static final int MOST_PARTS = 10_000;

  /** Two parts as they come, and then each of three. */
  private static final Parts FEW = new Parts(5L * MIB, 2, 15L * MIB);

  private final BucketStore it = new BucketStore(S3Server.Backend.FILES, S3Limits.DEFAULTS);
  private final S3FileStore store = store();

  private S3FileStore store() {
    return it.stores.open(
        it.server.settings(it.raw.name(), "in/"), it.records, it.moves, it.counts, FEW);
  }

  @AfterEach
  void close() {
    store.close();
    it.close();
  }

  @Test
  void theLargestObjectFitsIntoTenThousandParts() {
    Parts parts = new Parts(S3Limits.DEFAULTS.uploadMemoryPerFile() / 2);
    long small = 0;
    for (int number = 1; number <= parts.small(); number++) {
      small += parts.size(number);
    }
    long large = (MOST_PARTS - parts.small()) * parts.large();
    assertThat(small + large).isGreaterThanOrEqualTo(Parts.LARGEST_FILE);
    assertThat(parts.large()).isLessThanOrEqualTo(Bucket.MAX_COPY);
    assertThat(parts.size(MOST_PARTS)).isLessThanOrEqualTo(parts.largest());
  }

  @Test
  void gatheredPartsAreWholeAndLeaveNothing() throws Exception {
    byte[] data = bytes(67 * MIB + 3, 50);
    put(store, "long", data);
    holds(store, "long", data);
    assertThat(it.raw.keys()).containsExactly("in/long");
    assertThat(it.multipartUploads()).isZero();
  }

  @Test
  void aLongUploadIsGoneOnWith() throws Exception {
    byte[] data = bytes(60 * MIB + 3, 51);
    int first = 31 * MIB + 1;
    int second = 44 * MIB + 2;
    OpenFile broken = begin(store, "long");
    write(broken, data, 0, first);
    broken.preserve();
    assertThat(broken.attributes().sizeBytes()).isEqualTo(first);
    broken.close();
    OpenFile again = resume(store, "long");
    write(again, data, first, second);
    again.preserve();
    again.close();
    assertThat(store.measure(StoreKey.ROOT)).isEqualTo(new Measure(second, 1, false));
    try (S3FileStore other = store()) {
      goOn(other, "long", data, second);
      holds(other, "long", data);
    }
  }

  @Test
  void whatIsGatheredIsHiddenAndSweptAfterACrash() throws Exception {
    it.server
        .client()
        .putObject(
            r -> r.bucket(it.raw.name()).key("in/.quaymaster-scratch/left"),
            RequestBody.fromString("left by a crash"));
    StoreKey scratch = key(".quaymaster-scratch");
    fails(() -> store.attributes(scratch), Kind.NOT_FOUND);
    fails(() -> store.list(scratch), Kind.NOT_FOUND);
    fails(() -> store.create(scratch, Access.WRITE, 0644), Kind.NOT_FOUND);
    try (var listing = store.list(StoreKey.ROOT)) {
      assertThat(listing.next()).isNull();
    }
    assertThat(store.measure(StoreKey.ROOT)).isEqualTo(new Measure(0, 0, false));
    store.sweep(Duration.ofDays(1));
    assertThat(it.raw.keys()).hasSize(1);
    store.sweep(Duration.ofMinutes(-1));
    assertThat(it.raw.keys()).isEmpty();
  }

  @Test
  void nothingIsLeftWhereAStoreIsForgotten() throws Exception {
    RequestBody left = RequestBody.fromString("left by a crash");
    S3Client client = it.server.client();
    client.putObject(r -> r.bucket(it.raw.name()).key("in/.quaymaster-scratch/left"), left);
    client.createMultipartUpload(r -> r.bucket(it.raw.name()).key("in/orphan"));
    client.createMultipartUpload(r -> r.bucket(it.raw.name()).key("inner/another-store's"));
    put(store, "done", bytes(10, 53));
    OpenFile known = begin(store, "known");
    write(known, bytes(6 * MIB, 54), 0, 6 * MIB);
    known.preserve();
    known.close();
    assertThat(store.abortUploads()).isEqualTo(2);
    assertThat(it.multipartUploads()).isOne();
    assertThat(it.raw.keys()).containsExactly("in/done");
  }

  @Test
  void anOrphanIsAbortedAndAnUploadThatIsRecordedIsNot() throws Exception {
    it.server.client().createMultipartUpload(r -> r.bucket(it.raw.name()).key("in/orphan"));
    OpenFile file = begin(store, "known");
    write(file, bytes(6 * MIB, 52), 0, 6 * MIB);
    assertThat(store.sweep(Duration.ofDays(1))).isZero();
    assertThat(store.sweep(Duration.ofMinutes(-1))).isOne();
    assertThat(it.multipartUploads()).isOne();
    file.close();
    publish(store, "known");
    assertThat(store.sweep(Duration.ofMinutes(-1))).isZero();
  }
}
