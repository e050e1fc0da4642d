package io.quaymaster.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.AttributeChange.Times;
import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.UploadRecords.Part;
import io.quaymaster.storage.s3.UploadRecords.Saved;
import io.quaymaster.storage.s3.UploadRecords.Tail;
import io.quaymaster.storage.s3.UploadRecords.Upload;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What all records of uploads do alike. */
public interface UploadRecordsContract {
  StoreKey ASIDE = key("in/.partial.a");
  StoreKey TARGET = key("in/a");
  int MODE = 0640;

  /** Of an empty store. */
  UploadRecords records();

  /** Of another store in the same place. */
  UploadRecords others();

  /** A key of byte text. */
  static StoreKey key(String byteText) {
    StoreKey key = StoreKey.ROOT;
    for (String name : byteText.split("/", -1)) {
      key = key.child(new FileName(name));
    }
    return key;
  }

  default UUID begun(StoreKey key) throws FileFailure {
    UUID id = UUID.randomUUID();
    assertThat(records().begin(id, key, key, "m-" + id, MODE, null, false)).isTrue();
    return id;
  }

  static Part part(int number, long size) {
    return new Part(number, size, "etag-" + number, null);
  }

  /** Bytes to be kept. */
  record Bytes(long length, InputStream stream) implements Tail {
    public static Bytes of(byte[] all) {
      return new Bytes(all.length, new ByteArrayInputStream(all));
    }
  }

  static Tail bytes(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.US_ASCII));
  }

  default byte[] tailOf(Saved saved) throws FileFailure {
    ByteBuffer all = ByteBuffer.allocate(saved.tailBytes());
    Upload upload = saved.upload();
    assertThat(records().readTail(upload.id(), upload.fence(), 0, all)).isTrue();
    return all.array();
  }

  default long size(StoreKey key) throws FileFailure {
    return records().find(key).orElseThrow().sizeBytes();
  }

  default Saved taken(StoreKey key) throws FileFailure {
    return records().takeOver(key).orElseThrow();
  }

  @Test
  default void whatBeganIsFound() throws Exception {
    UUID id = UUID.randomUUID();
    Times times = new Times(-1, 2_000_000_000_000L);

    assertThat(records().begin(id, ASIDE, TARGET, null, MODE, times, false)).isTrue();

    Upload found = records().find(ASIDE).orElseThrow();
    assertThat(found)
        .isEqualTo(
            new Upload(id, ASIDE, TARGET, null, 0, MODE, times, 0, false, found.changedAt()));
    assertThat(records().find(TARGET)).isEmpty();
    assertThat(others().find(ASIDE)).as("another store's").isEmpty();
  }

  @Test
  default void aNameHasOneUpload() throws Exception {
    UUID first = begun(ASIDE);

    assertThat(records().begin(UUID.randomUUID(), ASIDE, TARGET, "m", MODE, null, false)).isFalse();
    assertThat(others().begin(UUID.randomUUID(), ASIDE, TARGET, "m", MODE, null, false)).isTrue();

    assertThat(records().find(ASIDE).orElseThrow().id()).isEqualTo(first);
  }

  @Test
  default void partsAndTailMakeTheSize() throws Exception {
    UUID id = begun(ASIDE);

    assertThat(records().addPart(id, 0, part(1, 10), false)).isTrue();
    assertThat(records().addPart(id, 0, part(2, 20), false)).isTrue();
    assertThat(records().keep(id, 0, 2, bytes("tail"), 0600, new Times(1, 2))).isTrue();

    Upload kept = records().find(ASIDE).orElseThrow();
    assertThat(kept.sizeBytes()).isEqualTo(34);
    assertThat(kept.mode()).isEqualTo(0600);
    assertThat(kept.times()).isEqualTo(new Times(1, 2));
  }

  @Test
  default void aPartIsReplacedAndBeginsWithTheTail() throws Exception {
    UUID id = begun(ASIDE);
    records().addPart(id, 0, part(1, 10), false);
    records().keep(id, 0, 1, bytes("tail"), MODE, null);

    assertThat(records().addPart(id, 0, part(1, 11), false)).isTrue();
    assertThat(size(ASIDE)).isEqualTo(15);
    assertThat(records().addPart(id, 0, new Part(2, 20, "e", "sum"), true)).isTrue();
    assertThat(size(ASIDE)).isEqualTo(31);

    Saved saved = taken(ASIDE);
    assertThat(saved.parts()).containsExactly(part(1, 11), new Part(2, 20, "e", "sum"));
    assertThat(saved.tailBytes()).isZero();
  }

  @Test
  default void aTailIsReplacedAndPartsBehindItGo() throws Exception {
    UUID id = begun(ASIDE);
    for (int i = 1; i <= 3; i++) {
      records().addPart(id, 0, part(i, 10), false);
    }
    records().keep(id, 0, 3, bytes("first"), MODE, null);

    assertThat(records().keep(id, 0, 1, bytes("other"), MODE, null)).isTrue();

    Saved saved = taken(ASIDE);
    assertThat(saved.upload().sizeBytes()).isEqualTo(15);
    assertThat(saved.parts()).containsExactly(part(1, 10));
    assertThat(tailOf(saved)).asString().isEqualTo("other");
  }

  /** Parts are under way several at a time, and the last may be recorded first. */
  @Test
  default void whatLiesBehindAGapDoesNotCount() throws Exception {
    UUID id = begun(ASIDE);
    records().addPart(id, 0, part(2, 20), false);
    assertThat(size(ASIDE)).isZero();
    records().addPart(id, 0, part(4, 40), false);
    records().addPart(id, 0, part(1, 10), false);
    assertThat(size(ASIDE)).isEqualTo(30);

    assertThat(taken(ASIDE).parts()).containsExactly(part(1, 10), part(2, 20));

    records().addPart(id, 1, part(3, 30), false);
    assertThat(size(ASIDE)).as("the old part 4 is not behind the new part 3").isEqualTo(60);
  }

  @Test
  default void aTailIsReadInPieces() throws Exception {
    UUID id = begun(ASIDE);
    records().keep(id, 0, 0, bytes("0123456789"), MODE, null);
    long fence = taken(ASIDE).upload().fence();
    ByteBuffer some = ByteBuffer.allocate(6).position(1).limit(5);

    assertThat(records().readTail(id, fence, 3, some)).isTrue();

    assertThat(some.array()).asString().isEqualTo("\0" + "3456\0");
    assertThat(some.hasRemaining()).isFalse();
    some.clear();
    assertThat(records().readTail(id, fence - 1, 0, some)).as("a stale fence").isFalse();
    assertThat(others().readTail(id, fence, 0, some)).as("another store's").isFalse();
    assertThat(some.position()).isZero();
  }

  @Test
  default void aStaleFenceChangesNothing() throws Exception {
    UUID id = begun(ASIDE);
    records().addPart(id, 0, part(1, 10), false);
    records().keep(id, 0, 1, bytes("tail"), MODE, null);
    Upload after = taken(ASIDE).upload();
    assertThat(after.fence()).isEqualTo(1);

    assertThat(records().addPart(id, 0, part(2, 20), true)).isFalse();
    assertThat(records().keep(id, 0, 0, bytes("stale"), 0777, null)).isFalse();
    assertThat(records().started(id, 0, "stale")).isFalse();
    assertThat(records().completing(id, 0)).isFalse();

    assertThat(records().find(ASIDE)).contains(after);
    assertThat(records().addPart(id, 1, part(2, 20), true)).isTrue();
    assertThat(size(ASIDE)).isEqualTo(30);
  }

  @Test
  default void whatIsGoneOrAnotherStoresIsNotChanged() throws Exception {
    UUID id = begun(ASIDE);

    assertThat(others().addPart(id, 0, part(1, 10), false)).isFalse();
    assertThat(others().completing(id, 0)).isFalse();
    others().remove(id);
    assertThat(others().takeOver(ASIDE)).isEmpty();
    assertThat(records().find(ASIDE)).isPresent();
    records().remove(id);
    records().remove(id);
    assertThat(records().find(ASIDE)).isEmpty();
    assertThat(records().addPart(id, 0, part(1, 10), false)).isFalse();
    assertThat(records().keep(id, 0, 0, bytes(""), MODE, null)).isFalse();
    assertThat(records().takeOver(ASIDE)).isEmpty();
  }

  @Test
  default void aMultipartUploadMayBeginLaterAndCompletingIsSaid() throws Exception {
    UUID id = UUID.randomUUID();
    records().begin(id, ASIDE, TARGET, null, MODE, null, false);

    assertThat(records().started(id, 0, "late")).isTrue();
    assertThat(records().completing(id, 0)).isTrue();

    Upload saved = taken(ASIDE).upload();
    assertThat(saved.uploadId()).isEqualTo("late");
    assertThat(saved.completing()).isTrue();
  }

  /** Of many who go on with an upload each has a fence of its own, and only the last may write. */
  @Test
  default void manyTakeOverAndOneGoesOn() throws Exception {
    UUID id = begun(ASIDE);
    Callable<Boolean> writer =
        () -> {
          Saved mine = taken(ASIDE);
          return records()
              .keep(
                  id,
                  mine.upload().fence(),
                  0,
                  bytes("x".repeat((int) mine.upload().fence())),
                  MODE,
                  null);
        };
    try (ExecutorService writers = Executors.newVirtualThreadPerTaskExecutor()) {
      writers.invokeAll(Stream.generate(() -> writer).limit(16).toList());
    }

    Saved last = taken(ASIDE);
    assertThat(last.upload().fence()).isEqualTo(17);
    assertThat(last.tailBytes()).as("the last one's").isEqualTo(16);
    assertThat(last.upload().sizeBytes()).isEqualTo(16);
  }

  @Test
  default void aDirectoryListsItsOwnInTheOrderOfTheirBytes() throws Exception {
    List<StoreKey> sorted =
        List.of(
            key("in/\u0001\\x"),
            key("in/%_"),
            key("in/'; drop table upload; --"),
            key("in/B"),
            key("in/a"),
            key("in/a b"),
            key(ByteText.ofUnicode("in/ä")),
            key("in/\u00ff\u00fe"));
    for (StoreKey each : sorted.reversed()) {
      begun(each);
    }
    begun(key("in/sub/x"));
    begun(key("inner"));
    begun(key("x"));

    assertThat(records().in(key("in"))).extracting(Upload::key).containsExactlyElementsOf(sorted);
    assertThat(records().in(StoreKey.ROOT))
        .extracting(Upload::key)
        .containsExactly(key("inner"), key("x"));
    assertThat(records().in(key("nothing"))).isEmpty();
    assertThat(others().in(key("in"))).isEmpty();
    for (StoreKey each : sorted) {
      assertThat(records().find(each).orElseThrow().key()).isEqualTo(each);
    }
  }

  @Test
  default void measuresWhatIsAtOrBelowAKey() throws Exception {
    UUID last = null;
    for (String name : List.of("a", "a/b", "a/b/c", "ab", "a.x/y", "a0", "a\u00ff/z")) {
      last = begun(key(name));
      records().addPart(last, 0, part(1, 10), false);
    }

    assertThat(records().measure(key("a"), List.of())).isEqualTo(new Measure(30, 3, false));
    assertThat(records().measure(key("a/b"), List.of())).isEqualTo(new Measure(20, 2, false));
    assertThat(records().measure(key("ab"), List.of())).isEqualTo(new Measure(10, 1, false));
    assertThat(records().measure(key("a/b/c/d"), List.of())).isEqualTo(new Measure(0, 0, false));
    assertThat(records().measure(StoreKey.ROOT, List.of())).isEqualTo(new Measure(70, 7, false));
    assertThat(records().measure(StoreKey.ROOT, List.of(Objects.requireNonNull(last))))
        .isEqualTo(new Measure(60, 6, false));
    assertThat(others().measure(StoreKey.ROOT, List.of())).isEqualTo(new Measure(0, 0, false));
  }

  @Test
  default void knowsWhetherAnythingLiesBelow() throws Exception {
    assertThat(records().anyBelow(StoreKey.ROOT)).isFalse();
    begun(key("a/b/c"));

    assertThat(records().anyBelow(StoreKey.ROOT)).isTrue();
    assertThat(records().anyBelow(key("a"))).isTrue();
    assertThat(records().anyBelow(key("a/b"))).isTrue();
    assertThat(records().anyBelow(key("a/b/c"))).as("itself").isFalse();
    assertThat(records().anyBelow(key("a/bb"))).isFalse();
  }

  @Test
  default void theServersUploadsAreKnown() throws Exception {
    UUID id = begun(ASIDE);

    assertThat(records().known(List.of("x", "m-" + id, "y"))).containsExactly("m-" + id);
    assertThat(records().known(List.of())).isEmpty();
    assertThat(others().known(List.of("m-" + id))).isEmpty();
  }

  /** Whether it was completed only the object tells, whoever goes on with it. */
  @Test
  default void whatWasAboutToBeCompletedStaysSoUntilItBeginsAnew() throws Exception {
    UUID id = begun(ASIDE);
    begun(key("in/.partial.b"));
    UUID tried = UUID.randomUUID();
    records().begin(tried, key("x"), key("x"), null, MODE, null, true);
    records().addPart(id, 0, part(1, 10), false);
    records().keep(id, 0, 1, bytes("tail"), MODE, null);
    assertThat(records().completing(id, 0)).isTrue();

    assertThat(taken(ASIDE).upload().completing()).isTrue();
    records().keep(id, 1, 1, bytes("more"), MODE, null);
    assertThat(records().unsettled(StoreKey.ROOT))
        .extracting(Upload::id)
        .containsExactly(id, tried);
    assertThat(records().unsettled(key("in"))).containsExactly(records().find(ASIDE).orElseThrow());
    assertThat(records().unsettled(ASIDE)).hasSize(1);
    assertThat(records().unsettled(key("i"))).isEmpty();
    assertThat(others().unsettled(StoreKey.ROOT)).isEmpty();

    assertThat(records().restart(id, 1)).isTrue();
    assertThat(records().unsettled(key("in"))).isEmpty();
  }

  @Test
  default void whatBeginsAnewHasNothing() throws Exception {
    UUID id = begun(ASIDE);
    records().addPart(id, 0, part(1, 10), false);
    records().addPart(id, 0, part(2, 20), false);
    records().keep(id, 0, 2, bytes("tail"), 0600, new Times(1, 2));

    assertThat(others().restart(id, 0)).isFalse();
    assertThat(records().restart(id, 1)).isFalse();
    assertThat(size(ASIDE)).isEqualTo(34);
    assertThat(records().restart(id, 0)).isTrue();

    Upload anew = records().find(ASIDE).orElseThrow();
    assertThat(anew)
        .isEqualTo(
            new Upload(
                id, ASIDE, ASIDE, null, 0, 0600, new Times(1, 2), 0, false, anew.changedAt()));
    assertThat(records().known(List.of("m-" + id))).isEmpty();
    records().addPart(id, 0, part(2, 20), false);
    assertThat(size(ASIDE)).as("the old part 1 is gone").isZero();
    assertThat(taken(ASIDE).tailBytes()).isZero();
  }

  @Test
  default void aMultipartUploadIsGivenUpAndWhatIsKeptStays() throws Exception {
    UUID id = begun(ASIDE);
    records().keep(id, 0, 0, bytes("tail"), MODE, null);

    assertThat(records().started(id, 0, null)).isTrue();

    assertThat(records().find(ASIDE).orElseThrow().uploadId()).isNull();
    assertThat(size(ASIDE)).isEqualTo(4);
  }

  @Test
  default void whatIsOverGoesUnlessSomebodyGoesOn() throws Exception {
    UUID id = begun(ASIDE);
    records().addPart(id, 0, part(1, 10), false);
    taken(ASIDE);

    assertThat(records().end(id, 0)).isFalse();
    assertThat(others().end(id, 1)).isFalse();
    assertThat(size(ASIDE)).isEqualTo(10);
    assertThat(records().end(id, 1)).isTrue();
    assertThat(records().find(ASIDE)).isEmpty();
    assertThat(records().end(id, 1)).isFalse();
  }
}
