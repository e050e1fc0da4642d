package io.quaymaster.stores;

import static io.quaymaster.stores.StoreTables.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.storage.s3.UploadRecords;
import io.quaymaster.storage.s3.UploadRecords.Tail;
import io.quaymaster.storage.s3.UploadRecords.Upload;
import io.quaymaster.storage.s3.UploadRecordsContract;
import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.transaction.support.TransactionTemplate;

/** The records of uploads on the real PostgreSQL. */
class JdbcUploadRecordsTest implements UploadRecordsContract {
  private final StoreTables tables = new StoreTables();
  private final UploadRecords records = new JdbcUploadRecords(tables.asked(), tables.lake());
  private final UploadRecords others = new JdbcUploadRecords(tables.asked(), tables.pond());

  @AfterEach
  void drop() {
    tables.close();
  }

  @Override
  public UploadRecords records() {
    return records;
  }

  @Override
  public UploadRecords others() {
    return others;
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
  void partsGoWithTheirUpload() throws Exception {
    records.addPart(begun(ASIDE), 0, UploadRecordsContract.part(1, 10), false);
    records.addPart(begun(TARGET), 0, UploadRecordsContract.part(1, 10), false);

    records.remove(records.find(ASIDE).orElseThrow().id());
    records.end(records.find(TARGET).orElseThrow().id(), 0);

    assertThat(tables.jdbc().sql("select 1 from upload_part").query().listOfRows()).isEmpty();
  }

  @Test
  void aDeletedStoreTakesThemAlong() throws Exception {
    UUID id = begun(ASIDE);
    records.addPart(id, 0, UploadRecordsContract.part(1, 10), false);

    tables.jdbc().sql("delete from store where id = ?").param(tables.lake()).update();

    assertThat(records.find(ASIDE)).isEmpty();
  }

  @Test
  void aDatabaseThatIsAwayIsSaidSo() {
    tables.takeAway();

    assertUnavailable(() -> records.find(ASIDE));
    assertUnavailable(
        () -> records.addPart(UUID.randomUUID(), 0, UploadRecordsContract.part(1, 1), false));
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
                        return records.addPart(id, 0, UploadRecordsContract.part(1, 10), false);
                      } catch (FileFailure away) {
                        throw new IllegalStateException(away);
                      }
                    }));

    assertThat(added).contains(true);
    assertThat(size(ASIDE)).isEqualTo(10);
  }
}
