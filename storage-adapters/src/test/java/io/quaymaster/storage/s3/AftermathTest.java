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
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.Listing;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.UploadRecords.Upload;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/**
 * A gateway was about to complete an upload, and nobody heard how that ended: whoever meets the
 * upload next finds it out. The other gateway is another store on the same records.
 */
class AftermathTest {
  private static final S3Limits LIMITS =
      new S3Limits(64L * MIB, 32L * MIB, 16L * MIB, 4L * MIB, Duration.ofSeconds(30));

  /** What is left of the large file if it is not completed: a part. */
  private static final int KEPT = 8 * MIB;

  /** The request that makes the object. */
  private static final Predicate<String> MAKES =
      requests("POST", "uploadId=")
          .or(requests("PUT", "/in/f").and(requests("PUT", "uploadId=").negate()));

  private final byte[] small = bytes(1000, 70);
  private final byte[] large = bytes(9 * MIB + 7, 71);
  private final BucketStore it = new BucketStore(S3Server.Backend.FILES, LIMITS);
  private final FaultProxy proxy = it.proxy;
  private final S3FileStore dying = it.store;
  private final S3FileStore other = it.replica();

  @AfterEach
  void close() {
    other.close();
    it.close();
  }

  private void upload(byte[] data) throws FileFailure {
    OpenFile file = begin(dying, "f");
    write(file, data, 0, data.length);
    file.close();
  }

  /** The object is made; its gateway hears nothing of it, and cannot ask. */
  private void completeUnheard(byte[] data) throws FileFailure {
    upload(data);
    publishUnheard();
  }

  private void publishUnheard() {
    proxy.every(MAKES, new Fault.LoseResponse()).every(requests("HEAD", "/in/f"), new Fault.Deny());
    fails(() -> publish(dying, "f"), Kind.STORE_ERROR);
    assertThat(record().completing()).isTrue();
    assertThat(it.raw.keys()).containsExactly("in/f");
  }

  /** The server refuses to make the object. */
  private void completeInVain(byte[] data) throws FileFailure {
    upload(data);
    publishInVain();
  }

  private void publishInVain() {
    proxy.every(MAKES, new Fault.Deny());
    fails(() -> publish(dying, "f"), Kind.STORE_ERROR);
    assertThat(record().completing()).isTrue();
    proxy.heal();
  }

  private Upload record() {
    try {
      return it.records.find(aside("f")).orElseThrow();
    } catch (FileFailure away) {
      throw new AssertionError(away);
    }
  }

  private void abort() {
    String id = record().uploadId();
    it.server.client().abortMultipartUpload(r -> r.bucket(it.raw.name()).key("in/f").uploadId(id));
  }

  private void isForgotten() throws FileFailure {
    assertThat(it.records.in(StoreKey.ROOT)).isEmpty();
    fails(() -> other.attributes(aside("f")), Kind.NOT_FOUND);
  }

  private void isThereOnce(byte[] data) throws FileFailure {
    assertThat(other.measure(StoreKey.ROOT)).isEqualTo(new Measure(data.length, 1, false));
    isForgotten();
    holds(other, "f", data);
  }

  /** What somebody does who meets the upload, and what it is like to find it over. */
  enum Meeting {
    LOOKS {
      @Override
      void with(S3FileStore store) {
        fails(() -> store.attributes(aside("f")), Kind.NOT_FOUND);
      }
    },
    LISTS {
      @Override
      void with(S3FileStore store) throws FileFailure {
        try (Listing listing = store.list(StoreKey.ROOT)) {
          Listing.Entry first = Objects.requireNonNull(listing.next());
          assertThat(StoreKey.ROOT.child(first.name())).isEqualTo(key("f"));
          assertThat(listing.next()).isNull();
        }
      }
    },
    COUNTS {
      @Override
      void with(S3FileStore store) throws FileFailure {
        assertThat(store.measure(StoreKey.ROOT)).isEqualTo(new Measure(9 * MIB + 7, 1, false));
      }
    },
    OPENS {
      @Override
      void with(S3FileStore store) {
        fails(() -> store.open(aside("f"), Access.WRITE), Kind.NOT_FOUND);
      }
    },
    READS {
      @Override
      void with(S3FileStore store) {
        fails(() -> store.open(aside("f"), Access.READ), Kind.NOT_FOUND);
      }
    },
    PUBLISHES {
      @Override
      void with(S3FileStore store) throws FileFailure {
        publish(store, "f");
      }
    },
    REMOVES {
      @Override
      void with(S3FileStore store) {
        fails(() -> store.remove(aside("f")), Kind.NOT_FOUND);
      }
    },
    SETS_ATTRIBUTES {
      @Override
      void with(S3FileStore store) {
        fails(
            () -> store.setAttributes(aside("f"), new AttributeChange(0600, null)), Kind.NOT_FOUND);
      }
    },
    SWEEPS {
      @Override
      void with(S3FileStore store) throws FileFailure {
        store.sweep(Duration.ofDays(1));
      }
    };

    abstract void with(S3FileStore store) throws FileFailure;
  }

  @ParameterizedTest
  @EnumSource
  void whoMeetsACompleteUploadForgetsIt(Meeting meeting) throws Exception {
    completeUnheard(large);
    meeting.with(other);
    isForgotten();
    isThereOnce(large);
    assertThat(it.multipartUploads()).isZero();
  }

  @Test
  void aFilePutIsKnownAsWell() throws Exception {
    completeUnheard(small);
    isThereOnce(small);
  }

  @Test
  void aFilePutThatBeganEarlierIsKnownAsWell() throws Exception {
    OpenFile file = begin(dying, "f");
    write(file, small, 0, 400);
    file.preserve();
    file.close();
    OpenFile again = resume(dying, "f");
    write(again, small, 400, small.length);
    again.close();
    publishUnheard();
    isThereOnce(small);
  }

  @Test
  void theSameGatewayFindsItOutAsWell() throws Exception {
    completeUnheard(small);
    fails(() -> dying.attributes(aside("f")), Kind.STORE_ERROR);
    proxy.heal();
    fails(() -> dying.attributes(aside("f")), Kind.NOT_FOUND);
    isThereOnce(small);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aDatabaseThatIsLostAtTheEndIsNoFailure(boolean inParts) throws Exception {
    byte[] data = inParts ? large : small;
    OpenFile file = begin(dying, "f");
    write(file, data, 0, 400);
    file.preserve();
    file.close();
    it.records.awayAtEnd = true;
    goOn(dying, "f", data, 400);
    assertThat(record().completing()).isTrue();
    it.records.awayAtEnd = false;
    isThereOnce(data);
  }

  /** Attributes are set by copying the object onto itself; it stays the upload's. */
  @Test
  void anObjectIsKnownAfterItsAttributesWereSet() throws Exception {
    completeUnheard(large);
    other.setAttributes(key("f"), new AttributeChange(0600, null));
    other.setAttributes(key("f"), new AttributeChange(0640, null));
    isThereOnce(large);
    assertThat(other.attributes(key("f")).mode()).isEqualTo(0640);
  }

  @Test
  void aDirectoryWithACompleteUploadMoves() throws Exception {
    other.makeDirectory(key("d"), 0750);
    StoreKey aside = key("d").child(new FileName(".aside.f"));
    StoreKey target = key("d").child(new FileName("f"));
    OpenFile file = other.createAside(aside, target, Access.WRITE, 0640);
    write(file, large, 0, large.length);
    file.close();
    it.records.awayAtEnd = true;
    other.publish(aside, target);
    it.records.awayAtEnd = false;
    assertThat(it.records.anyBelow(key("d"))).isTrue();
    other.rename(key("d"), key("e"), false);
    assertThat(other.measure(key("e"))).isEqualTo(new Measure(large.length, 1, false));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsNotCompleteIsGoneOnWith(boolean inParts) throws Exception {
    byte[] data = inParts ? large : small;
    int begun = data.length - 300;
    OpenFile file = begin(dying, "f");
    write(file, data, 0, begun);
    file.close();
    publishInVain();
    int kept = (int) sizeOf(other, aside("f"));
    assertThat(kept).as("a last part cannot be gone on with").isEqualTo(inParts ? KEPT : begun);
    assertThat(other.measure(StoreKey.ROOT)).isEqualTo(new Measure(kept, 1, false));
    goOn(other, "f", data, kept);
    isThereOnce(data);
    assertThat(it.multipartUploads()).isZero();
  }

  /** Beside another's file, which is no proof. */
  @Test
  void anothersObjectDoesNotMakeItComplete() throws Exception {
    put(other, "f", small);
    completeInVain(large);
    assertThat(sizeOf(other, aside("f"))).isEqualTo(KEPT);
    assertThat(other.measure(StoreKey.ROOT)).isEqualTo(new Measure(small.length + KEPT, 2, false));
    goOn(other, "f", large, KEPT);
    isThereOnce(large);
  }

  @Test
  void partsThatTheServerGaveUpAreLost() throws Exception {
    completeInVain(large);
    abort();
    fails(() -> other.attributes(aside("f")), Kind.NOT_FOUND);
    isForgotten();
    assertThat(other.measure(StoreKey.ROOT)).isEqualTo(new Measure(0, 0, false));
    put(other, "f", large);
    isThereOnce(large);
  }

  @Test
  void whoPublishesWhatTheServerGaveUpIsToldSo() throws Exception {
    completeInVain(large);
    abort();
    assertThatThrownBy(() -> publish(other, "f"))
        .isInstanceOfSatisfying(
            FileFailure.class, f -> assertThat(f.kind()).isEqualTo(Kind.STORE_ERROR))
        .hasMessageContaining("the store lost what it had of the upload; begin it anew");
    isForgotten();
  }

  /** Whoever removes the object, or takes its place, leaves no upload behind. */
  @Test
  void anObjectThatIsGoneByThenWasComplete() throws Exception {
    completeUnheard(large);
    it.server.client().deleteObject(r -> r.bucket(it.raw.name()).key("in/f"));
    assertThat(other.measure(StoreKey.ROOT)).isEqualTo(new Measure(0, 0, false));
    isForgotten();
  }

  /** The request to complete it was on its way for long: it arrives when somebody has gone on. */
  @Test
  void aLateCompletionEndsWhatWasGoneOnWith() throws Exception {
    completeInVain(large);
    OpenFile again = resume(other, "f");
    completeLate();
    fails(
        () -> {
          write(again, large, KEPT, large.length);
          again.close();
          publish(other, "f");
        },
        Kind.STORE_ERROR);
    isThereOnce(Arrays.copyOf(large, KEPT));
  }

  @Test
  void whatIsCompleteByNowDoesNotBeginAnew() throws Exception {
    completeInVain(large);
    OpenFile again = resume(other, "f");
    completeLate();
    fails(() -> again.setSize(0), Kind.BUSY);
    again.close();
    isThereOnce(Arrays.copyOf(large, KEPT));
  }

  private void completeLate() throws FileFailure {
    String id = record().uploadId();
    List<CompletedPart> parts =
        it.records.parts(aside("f")).stream()
            .map(part -> CompletedPart.builder().partNumber(part.number()).eTag(part.eTag()))
            .map(CompletedPart.Builder::build)
            .toList();
    it.server
        .client()
        .completeMultipartUpload(
            r ->
                r.bucket(it.raw.name())
                    .key("in/f")
                    .uploadId(id)
                    .multipartUpload(u -> u.parts(parts)));
  }

  /** Nobody works at it, but the sweep of another process meets it: it takes nothing from them. */
  @Test
  void aSweepLeavesWhatCanBeGoneOnWith() throws Exception {
    completeInVain(large);
    other.sweep(Duration.ofDays(1));
    goOn(other, "f", large, KEPT);
    isThereOnce(large);
  }

  @Test
  void anotherToolsObjectIsNobodys() throws Exception {
    completeInVain(small);
    it.server
        .client()
        .putObject(p -> p.bucket(it.raw.name()).key("in/f"), RequestBody.fromBytes(large));
    assertThat(sizeOf(other, aside("f"))).isEqualTo(small.length);
  }
}
