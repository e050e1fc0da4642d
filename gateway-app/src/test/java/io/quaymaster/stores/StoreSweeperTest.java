package io.quaymaster.stores;

import static io.quaymaster.stores.StoreTables.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.UploadRecords;
import io.quaymaster.store.StoreSweep.Swept;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The sweep on a real PostgreSQL; the server's part is played here. */
class StoreSweeperTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private final StoreTables tables = new StoreTables();
  private final List<String> removed = new CopyOnWriteArrayList<>();
  private final List<Long> searched = new CopyOnWriteArrayList<>();

  @AfterEach
  void drop() {
    tables.close();
  }

  private UploadRecords records(long storeId) {
    return new JdbcUploadRecords(tables.asked(), storeId);
  }

  private StoreSweeper sweeper(ExpiredUploads expired, StoreSweeper.Orphans orphans) {
    return new StoreSweeper(
        tables.source(), this::records, expired, orphans, _ -> 9, HOUR, Duration.ofHours(2));
  }

  private StoreSweeper sweeper() {
    return sweeper(this::remove, this::search);
  }

  /** Names with "stuck" in them cannot be removed. */
  private void remove(long tenantId, long storeId, StoreKey key) throws FileFailure {
    assertThat(tenantId).isEqualTo(tables.tenantId());
    if (key.byteText().contains("stuck")) {
      throw new FileFailure(Kind.BUSY, "somebody goes on with it");
    }
    records(storeId).remove(records(storeId).find(key).orElseThrow().id());
    removed.add(key.byteText());
  }

  private int search(long storeId, Duration age) {
    assertThat(age).isEqualTo(Duration.ofHours(2));
    searched.add(storeId);
    return 5;
  }

  private void upload(long storeId, String name, int hours) throws FileFailure {
    UUID id = UUID.randomUUID();
    records(storeId).begin(id, key(name), key(name), null, 0600, null, false);
    tables
        .jdbc()
        .sql("update upload set changed_at = now() - make_interval(hours => ?) where id = ?")
        .param(hours)
        .param(id)
        .update();
  }

  @Test
  void whatExpiredGoesAndOrphansAreSearched() throws Exception {
    upload(tables.lake(), "old", 3);
    upload(tables.lake(), "older", 4);
    upload(tables.lake(), "new", 0);
    upload(tables.pond(), "another store's", 3);

    assertThat(sweeper().sweep(tables.tenantId(), tables.lake())).contains(new Swept(2, 5));

    assertThat(removed).containsExactly("older", "old");
    assertThat(searched).containsExactly(tables.lake());
    assertThat(records(tables.lake()).find(key("new"))).isPresent();
  }

  @Test
  void whatCannotBeRemovedKeepsNothingElse() throws Exception {
    for (int i = 0; i < 120; i++) {
      upload(tables.lake(), "stuck-" + i, 5);
      upload(tables.lake(), "old-" + i, 4);
    }

    assertThat(sweeper().sweep(tables.tenantId(), tables.lake())).contains(new Swept(120, 5));

    assertThat(records(tables.lake()).unchangedFor(HOUR, 1000)).hasSize(120);
  }

  @Test
  void aDatabaseThatIsAwayEndsTheSweep() throws Exception {
    upload(tables.lake(), "old", 3);
    StoreSweeper failing =
        sweeper(
            (tenant, store, key) -> {
              throw new FileFailure(Kind.LEDGER_UNAVAILABLE, "away");
            },
            this::search);

    assertThatThrownBy(() -> failing.sweep(tables.tenantId(), tables.lake()))
        .isInstanceOf(FileFailure.class)
        .hasMessage("away");
    assertThat(searched).isEmpty();
    assertThat(sweeper().sweep(tables.tenantId(), tables.lake())).as("it let go").isPresent();
  }

  @Test
  void oneAtATimeSweepsAStore() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch mayEnd = new CountDownLatch(1);
    StoreSweeper slow =
        sweeper(
            this::remove,
            (store, age) -> {
              inside.countDown();
              try {
                return mayEnd.await(30, TimeUnit.SECONDS) ? 1 : -1;
              } catch (InterruptedException ended) {
                throw new IllegalStateException(ended);
              }
            });
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Optional<Swept>> first =
          threads.submit(() -> slow.sweep(tables.tenantId(), tables.lake()));
      assertThat(inside.await(30, TimeUnit.SECONDS)).isTrue();

      assertThat(sweeper().sweep(tables.tenantId(), tables.lake())).isEmpty();
      assertThat(sweeper().sweep(tables.tenantId(), tables.pond())).isPresent();

      mayEnd.countDown();
      assertThat(first.get(30, TimeUnit.SECONDS)).contains(new Swept(0, 1));
    }
    assertThat(sweeper().sweep(tables.tenantId(), tables.lake())).isPresent();
  }

  /** All stores in buckets, again and again, whatever happens to one of them. */
  @Test
  void allAreSweptFromTimeToTime() throws Exception {
    long local = tables.local("main", "acme");
    StoreSweeper failing =
        sweeper(
            this::remove,
            (store, age) -> {
              searched.add(store);
              if (store == tables.lake()) {
                throw new FileFailure(Kind.STORE_ERROR, "the bucket is gone");
              }
              return 0;
            });
    SweepLifecycle lifecycle =
        new SweepLifecycle(new StoreRows(tables.jdbc()), failing, Duration.ofMillis(20));
    lifecycle.start();
    try {
      await()
          .untilAsserted(
              () -> {
                assertThat(searched.stream().filter(s -> s == tables.lake()).count())
                    .isGreaterThan(1);
                assertThat(searched.stream().filter(s -> s == tables.pond()).count())
                    .isGreaterThan(1);
              });
      assertThat(lifecycle.isRunning()).isTrue();
    } finally {
      lifecycle.stop();
    }
    assertThat(lifecycle.isRunning()).isFalse();
    assertThat(searched).doesNotContain(local);
  }
}
