package io.quaymaster.stores;

import static io.quaymaster.stores.StoreTables.key;
import static io.quaymaster.stores.StoreTables.unicode;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.files.AttributeChange.Times;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.UploadRecords;
import io.quaymaster.storage.s3.UploadRecords.Part;
import io.quaymaster.storage.s3.UploadRecords.Saved;
import io.quaymaster.storage.s3.UploadRecords.Tail;
import io.quaymaster.storage.s3.UploadRecords.Upload;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionTemplate;

/** The records of uploads on the real PostgreSQL. */
class JdbcUploadRecordsTest {
  private static final StoreKey ASIDE = key("in/.partial.a");
  private static final StoreKey TARGET = key("in/a");
  private static final int MODE = 0640;

  private final StoreTables tables = new StoreTables();
  private final UploadRecords records = new JdbcUploadRecords(tables.asked(), tables.lake());
  private final UploadRecords others = new JdbcUploadRecords(tables.asked(), tables.pond());

  @AfterEach
  void drop() {
    tables.close();
  }

  private UUID begun(StoreKey key) throws FileFailure {
    UUID id = UUID.randomUUID();
    assertThat(records.begin(id, key, key, "m-" + id, MODE, null)).isTrue();
    return id;
  }

  private static Part part(int number, long size) {
    return new Part(number, size, "etag-" + number, null);
  }

  private record Bytes(long length, InputStream stream) implements Tail {
    static Bytes of(byte[] all) {
      return new Bytes(all.length, new ByteArrayInputStream(all));
    }
  }

  private static Tail bytes(String text) {
    return Bytes.of(text.getBytes(StandardCharsets.US_ASCII));
  }

  private byte[] tailOf(Saved saved) throws FileFailure {
    ByteBuffer all = ByteBuffer.allocate(saved.tailBytes());
    Upload upload = saved.upload();
    assertThat(records.readTail(upload.id(), upload.fence(), 0, all)).isTrue();
    return all.array();
  }

  private long size(StoreKey key) throws FileFailure {
    return records.find(key).orElseThrow().sizeBytes();
  }

  private Saved taken(StoreKey key) throws FileFailure {
    return records.takeOver(key).orElseThrow();
  }

  @Test
  void whatBeganIsFound() throws Exception {
    UUID id = UUID.randomUUID();
    Times times = new Times(-1, 2_000_000_000_000L);

    assertThat(records.begin(id, ASIDE, TARGET, null, MODE, times)).isTrue();

    Upload found = records.find(ASIDE).orElseThrow();
    assertThat(found)
        .isEqualTo(
            new Upload(id, ASIDE, TARGET, null, 0, MODE, times, 0, false, found.changedAt()));
    assertThat(records.find(TARGET)).isEmpty();
    assertThat(others.find(ASIDE)).as("another store's").isEmpty();
  }

  @Test
  void aNameHasOneUpload() throws Exception {
    UUID first = begun(ASIDE);

    assertThat(records.begin(UUID.randomUUID(), ASIDE, TARGET, "m", MODE, null)).isFalse();
    assertThat(others.begin(UUID.randomUUID(), ASIDE, TARGET, "m", MODE, null)).isTrue();

    assertThat(records.find(ASIDE).orElseThrow().id()).isEqualTo(first);
  }

  @Test
  void partsAndTailMakeTheSize() throws Exception {
    UUID id = begun(ASIDE);

    assertThat(records.addPart(id, 0, part(1, 10), false)).isTrue();
    assertThat(records.addPart(id, 0, part(2, 20), false)).isTrue();
    assertThat(records.keep(id, 0, 2, bytes("tail"), 0600, new Times(1, 2))).isTrue();

    Upload kept = records.find(ASIDE).orElseThrow();
    assertThat(kept.sizeBytes()).isEqualTo(34);
    assertThat(kept.mode()).isEqualTo(0600);
    assertThat(kept.times()).isEqualTo(new Times(1, 2));
  }

  @Test
  void aPartIsReplacedAndBeginsWithTheTail() throws Exception {
    UUID id = begun(ASIDE);
    records.addPart(id, 0, part(1, 10), false);
    records.keep(id, 0, 1, bytes("tail"), MODE, null);

    assertThat(records.addPart(id, 0, part(1, 11), false)).isTrue();
    assertThat(size(ASIDE)).isEqualTo(15);
    assertThat(records.addPart(id, 0, new Part(2, 20, "e", "sum"), true)).isTrue();
    assertThat(size(ASIDE)).isEqualTo(31);

    Saved saved = taken(ASIDE);
    assertThat(saved.parts()).containsExactly(part(1, 11), new Part(2, 20, "e", "sum"));
    assertThat(saved.tailBytes()).isZero();
  }

  @Test
  void aTailIsReplacedAndPartsBehindItGo() throws Exception {
    UUID id = begun(ASIDE);
    for (int i = 1; i <= 3; i++) {
      records.addPart(id, 0, part(i, 10), false);
    }
    records.keep(id, 0, 3, bytes("first"), MODE, null);

    assertThat(records.keep(id, 0, 1, bytes("other"), MODE, null)).isTrue();

    Saved saved = taken(ASIDE);
    assertThat(saved.upload().sizeBytes()).isEqualTo(15);
    assertThat(saved.parts()).containsExactly(part(1, 10));
    assertThat(tailOf(saved)).asString().isEqualTo("other");
  }

  /** Parts are under way several at a time, and the last may be recorded first. */
  @Test
  void whatLiesBehindAGapDoesNotCount() throws Exception {
    UUID id = begun(ASIDE);
    records.addPart(id, 0, part(2, 20), false);
    assertThat(size(ASIDE)).isZero();
    records.addPart(id, 0, part(4, 40), false);
    records.addPart(id, 0, part(1, 10), false);
    assertThat(size(ASIDE)).isEqualTo(30);

    assertThat(taken(ASIDE).parts()).containsExactly(part(1, 10), part(2, 20));

    records.addPart(id, 1, part(3, 30), false);
    assertThat(size(ASIDE)).as("the old part 4 is not behind the new part 3").isEqualTo(60);
  }

  @Test
  void theLargestTailIsKeptAndNoLarger() throws Exception {
    UUID id = begun(ASIDE);
    byte[] most = new byte[JdbcUploadRecords.MAX_TAIL_BYTES];
    most[most.length - 1] = 7;

    assertThat(records.keep(id, 0, 0, Bytes.of(most), MODE, null)).isTrue();
    assertThat(tailOf(taken(ASIDE))).isEqualTo(most);
    Tail more = Bytes.of(new byte[most.length + 1]);
    assertThatThrownBy(() -> records.keep(id, 1, 0, more, MODE, null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  /** Many uploads may be put to sleep at once: none of them is in memory a second time. */
  @Test
  void aTailIsNeverWholeInMemory() throws Exception {
    UUID id = begun(ASIDE);
    List<Integer> asked = new ArrayList<>();
    byte[] most = new byte[JdbcUploadRecords.MAX_TAIL_BYTES];
    InputStream watched =
        new FilterInputStream(new ByteArrayInputStream(most)) {
          @Override
          public int read(byte[] into, int offset, int length) throws IOException {
            asked.add(length);
            return super.read(into, offset, length);
          }
        };

    records.keep(id, 0, 0, new Bytes(most.length, watched), MODE, null);

    assertThat(asked).isNotEmpty().allMatch(length -> length <= 64 << 10);
  }

  @Test
  void aTailIsReadInPieces() throws Exception {
    UUID id = begun(ASIDE);
    records.keep(id, 0, 0, bytes("0123456789"), MODE, null);
    long fence = taken(ASIDE).upload().fence();
    ByteBuffer some = ByteBuffer.allocate(6).position(1).limit(5);

    assertThat(records.readTail(id, fence, 3, some)).isTrue();

    assertThat(some.array()).asString().isEqualTo("\0" + "3456\0");
    assertThat(some.hasRemaining()).isFalse();
    some.clear();
    assertThat(records.readTail(id, fence - 1, 0, some)).as("a stale fence").isFalse();
    assertThat(others.readTail(id, fence, 0, some)).as("another store's").isFalse();
    assertThat(some.position()).isZero();
  }

  @Test
  void aStaleFenceChangesNothing() throws Exception {
    UUID id = begun(ASIDE);
    records.addPart(id, 0, part(1, 10), false);
    records.keep(id, 0, 1, bytes("tail"), MODE, null);
    Upload after = taken(ASIDE).upload();
    assertThat(after.fence()).isEqualTo(1);

    assertThat(records.addPart(id, 0, part(2, 20), true)).isFalse();
    assertThat(records.keep(id, 0, 0, bytes("stale"), 0777, null)).isFalse();
    assertThat(records.started(id, 0, "stale")).isFalse();
    assertThat(records.completing(id, 0)).isFalse();

    assertThat(records.find(ASIDE)).contains(after);
    assertThat(records.addPart(id, 1, part(2, 20), true)).isTrue();
    assertThat(size(ASIDE)).isEqualTo(30);
  }

  @Test
  void whatIsGoneOrAnotherStoresIsNotChanged() throws Exception {
    UUID id = begun(ASIDE);

    assertThat(others.addPart(id, 0, part(1, 10), false)).isFalse();
    assertThat(others.completing(id, 0)).isFalse();
    others.remove(id);
    assertThat(others.takeOver(ASIDE)).isEmpty();
    assertThat(records.find(ASIDE)).isPresent();
    records.remove(id);
    records.remove(id);
    assertThat(records.find(ASIDE)).isEmpty();
    assertThat(records.addPart(id, 0, part(1, 10), false)).isFalse();
    assertThat(records.keep(id, 0, 0, bytes(""), MODE, null)).isFalse();
    assertThat(records.takeOver(ASIDE)).isEmpty();
    assertThat(tables.jdbc().sql("select 1 from upload_part").query().listOfRows()).isEmpty();
  }

  @Test
  void aMultipartUploadMayBeginLaterAndCompletingIsSaid() throws Exception {
    UUID id = UUID.randomUUID();
    records.begin(id, ASIDE, TARGET, null, MODE, null);

    assertThat(records.started(id, 0, "late")).isTrue();
    assertThat(records.completing(id, 0)).isTrue();

    Upload saved = taken(ASIDE).upload();
    assertThat(saved.uploadId()).isEqualTo("late");
    assertThat(saved.completing()).isTrue();
  }

  /** Of many who go on with an upload each has a fence of its own, and only the last may write. */
  @Test
  void manyTakeOverAndOneGoesOn() throws Exception {
    UUID id = begun(ASIDE);
    Callable<Boolean> writer =
        () -> {
          Saved mine = taken(ASIDE);
          return records.keep(
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
  void aDirectoryListsItsOwnInTheOrderOfTheirBytes() throws Exception {
    List<StoreKey> sorted =
        List.of(
            key("in/\u0001\\x"),
            key("in/%_"),
            key("in/'; drop table upload; --"),
            key("in/B"),
            key("in/a"),
            key("in/a b"),
            unicode("in/ä"),
            key("in/\u00ff\u00fe"));
    for (StoreKey each : sorted.reversed()) {
      begun(each);
    }
    begun(key("in/sub/x"));
    begun(key("inner"));
    begun(key("x"));

    assertThat(records.in(key("in"))).extracting(Upload::key).containsExactlyElementsOf(sorted);
    assertThat(records.in(StoreKey.ROOT))
        .extracting(Upload::key)
        .containsExactly(key("inner"), key("x"));
    assertThat(records.in(key("nothing"))).isEmpty();
    assertThat(others.in(key("in"))).isEmpty();
    for (StoreKey each : sorted) {
      assertThat(records.find(each).orElseThrow().key()).isEqualTo(each);
    }
  }

  @Test
  void measuresWhatIsAtOrBelowAKey() throws Exception {
    UUID last = null;
    for (String name : List.of("a", "a/b", "a/b/c", "ab", "a.x/y", "a0", "a\u00ff/z")) {
      last = begun(key(name));
      records.addPart(last, 0, part(1, 10), false);
    }

    assertThat(records.measure(key("a"), List.of())).isEqualTo(new Measure(30, 3, false));
    assertThat(records.measure(key("a/b"), List.of())).isEqualTo(new Measure(20, 2, false));
    assertThat(records.measure(key("ab"), List.of())).isEqualTo(new Measure(10, 1, false));
    assertThat(records.measure(key("a/b/c/d"), List.of())).isEqualTo(new Measure(0, 0, false));
    assertThat(records.measure(StoreKey.ROOT, List.of())).isEqualTo(new Measure(70, 7, false));
    assertThat(records.measure(StoreKey.ROOT, List.of(Objects.requireNonNull(last))))
        .isEqualTo(new Measure(60, 6, false));
    assertThat(others.measure(StoreKey.ROOT, List.of())).isEqualTo(new Measure(0, 0, false));
  }

  @Test
  void knowsWhetherAnythingLiesBelow() throws Exception {
    assertThat(records.anyBelow(StoreKey.ROOT)).isFalse();
    begun(key("a/b/c"));

    assertThat(records.anyBelow(StoreKey.ROOT)).isTrue();
    assertThat(records.anyBelow(key("a"))).isTrue();
    assertThat(records.anyBelow(key("a/b"))).isTrue();
    assertThat(records.anyBelow(key("a/b/c"))).as("itself").isFalse();
    assertThat(records.anyBelow(key("a/bb"))).isFalse();
  }

  @Test
  void theOldestExpireFirst() throws Exception {
    for (int hours = 1; hours <= 3; hours++) {
      UUID id = begun(key("old-" + hours));
      tables
          .jdbc()
          .sql("update upload set changed_at = now() - make_interval(hours => ?) where id = ?")
          .param(hours)
          .param(id)
          .update();
    }
    begun(key("new"));

    assertThat(records.unchangedFor(Duration.ofMinutes(90), 10))
        .extracting(Upload::key)
        .containsExactly(key("old-3"), key("old-2"));
    assertThat(records.unchangedFor(Duration.ofMinutes(30), 2)).hasSize(2);
    assertThat(others.unchangedFor(Duration.ZERO, 10)).isEmpty();
    taken(key("old-3"));
    assertThat(records.unchangedFor(Duration.ofMinutes(90), 10))
        .as("who goes on keeps it alive")
        .extracting(Upload::key)
        .containsExactly(key("old-2"));
  }

  @Test
  void theServersUploadsAreKnown() throws Exception {
    UUID id = begun(ASIDE);

    assertThat(records.known(List.of("x", "m-" + id, "y"))).containsExactly("m-" + id);
    assertThat(records.known(List.of())).isEmpty();
    assertThat(others.known(List.of("m-" + id))).isEmpty();
  }

  @Test
  void aDeletedStoreTakesThemAlong() throws Exception {
    UUID id = begun(ASIDE);
    records.addPart(id, 0, part(1, 10), false);

    tables.jdbc().sql("delete from store where id = ?").param(tables.lake()).update();

    assertThat(records.find(ASIDE)).isEmpty();
  }

  @Test
  void aDatabaseThatIsAwayIsSaidSo() {
    tables.takeAway();

    assertUnavailable(() -> records.find(ASIDE));
    assertUnavailable(() -> records.addPart(UUID.randomUUID(), 0, part(1, 1), false));
    assertUnavailable(() -> records.takeOver(ASIDE));
  }

  private static void assertUnavailable(Callable<?> question) {
    assertThatThrownBy(question::call)
        .isInstanceOfSatisfying(
            FileFailure.class, f -> assertThat(f.kind()).isEqualTo(Kind.LEDGER_UNAVAILABLE));
  }

  @Test
  void whatIsRecordedStaysWhateverBecomesOfTheCaller() throws Exception {
    UUID id = begun(ASIDE);
    Optional<Boolean> added =
        Optional.ofNullable(
            new TransactionTemplate(tables.transactions())
                .execute(
                    status -> {
                      status.setRollbackOnly();
                      try {
                        return records.addPart(id, 0, part(1, 10), false);
                      } catch (FileFailure away) {
                        throw new IllegalStateException(away);
                      }
                    }));

    assertThat(added).contains(true);
    assertThat(size(ASIDE)).isEqualTo(10);
  }
}
