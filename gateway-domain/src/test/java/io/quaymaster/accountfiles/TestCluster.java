package io.quaymaster.accountfiles;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.db.TestDatabase;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStores;
import io.quaymaster.files.Home;
import io.quaymaster.files.MemoryFileStore;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.StoreKey;
import io.quaymaster.login.Grant;
import io.quaymaster.quota.LedgerSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.util.FileSystemUtils;

/**
 * The stage of a play: a database of its own, stores in memory, accounts, and gateway processes on
 * them.
 *
 * <pre>{@code
 * try (TestCluster cluster = TestCluster.open()) {
 *   cluster.account("alice@acme").limits(100L, null);
 *   Actor alice = cluster.process().as("alice@acme");
 *   alice.put("/a.csv", "hello");
 *   fails(() -> alice.put("/b.csv", 96), QUOTA_BYTES);
 *   cluster.isExact();
 * }
 * }</pre>
 *
 * <p>Closing it stops the processes and proves that the ledger is exact. One thread, but for {@link
 * #store}.
 */
public final class TestCluster implements FileStores, AutoCloseable {
  /** Quick, so that no test waits long; and nobody is taken for dead by accident. */
  public static final LedgerSettings QUICK =
      new LedgerSettings(
          1 << 10,
          1 << 20,
          16,
          Duration.ofMillis(20),
          Duration.ofMillis(500),
          Duration.ofMillis(100),
          Duration.ofMinutes(1),
          Duration.ofSeconds(5),
          Duration.ZERO);

  /** Bytes and files of a scope, as committed. */
  public record Usage(long bytes, long reservedBytes, long files, long reservedFiles) {}

  private final TestDatabase database = TestDatabase.migrated();
  private final JdbcClient jdbc = JdbcClient.create(database.dataSource());
  private final Map<String, Long> tenants = new HashMap<>();
  private final Map<String, Long> storeIds = new HashMap<>();
  private final Map<Long, FileStore> stores = new ConcurrentHashMap<>();
  private final Map<String, TestAccount> accounts = new ConcurrentHashMap<>();
  private final List<TestProcess> running = new ArrayList<>();
  private final Path folder;
  private int folders;

  private TestCluster() throws IOException {
    this.folder = Files.createTempDirectory("journals");
  }

  public static TestCluster open() throws IOException {
    return new TestCluster();
  }

  TestDatabase database() {
    return database;
  }

  public JdbcClient jdbc() {
    return jdbc;
  }

  /** Starts a process. */
  public TestProcess process() throws Exception {
    return process(QUICK);
  }

  public TestProcess process(LedgerSettings settings) throws Exception {
    return process(settings, folder.resolve("process" + folders++));
  }

  /** Starts a process on a folder that another may have left. */
  public TestProcess process(LedgerSettings settings, Path itsFolder) throws Exception {
    TestProcess process = new TestProcess(this, settings, itsFolder);
    process.start();
    running.add(process);
    return process;
  }

  /** Ends a process as {@code kill -9} does. */
  public void kill(TestProcess process) throws Exception {
    running.remove(process);
    process.crash();
  }

  /** Ends a process as it should. */
  public void stop(TestProcess process) {
    running.remove(process);
    process.stop();
  }

  /** As if a process had not been heard of for so long. */
  public void heartbeatsStopped(Duration ago) {
    jdbc.sql("update gateway_process set heartbeat_at = heartbeat_at - make_interval(secs => ?)")
        .param(ago.toSeconds())
        .update();
  }

  /**
   * The account of a login name, made when first asked for: with a home of its own in its tenant's
   * store {@code main}, where it may do everything.
   */
  public TestAccount account(String login) throws Exception {
    TestAccount known = accounts.get(login);
    if (known != null) {
      return known;
    }
    int at = login.lastIndexOf('@');
    String tenant = login.substring(at + 1);
    String username = login.substring(0, at);
    TestAccount account =
        new TestAccount(
            this,
            accounts.size() + 1,
            username,
            tenant,
            home(RealPath.ROOT, tenant, "main", username));
    accounts.put(login, account);
    return account;
  }

  Grant grant(String login) {
    TestAccount account = Optional.ofNullable(accounts.get(login)).orElseThrow();
    return account.grant(tenant(login.substring(login.lastIndexOf('@') + 1)));
  }

  /** Where a part of a view lies; the tenant, the store and the quota place are made. */
  Home home(RealPath at, String tenant, String store, String path) throws Exception {
    long storeId = storeId(tenant, store);
    place(tenant(tenant), storeId, path);
    return new Home(at, storeId, store, StoreKey.ofPlace(path));
  }

  long tenant(String name) {
    return tenants.computeIfAbsent(
        name,
        n -> {
          long id =
              insert(
                  "insert into tenant (name, display_name, created_at, updated_at, version)"
                      + " values (?, 'of a test', now(), now(), 0) returning id",
                  n);
          return insert("insert into quota_scope (tenant_id) values (?) returning tenant_id", id);
        });
  }

  private long storeId(String tenant, String name) {
    return storeIds.computeIfAbsent(
        name + "@" + tenant,
        key -> {
          long id =
              insert(
                  "insert into store (tenant_id, name, type, path, created_at, version)"
                      + " values (?, ?, 'local', 'of a test', now(), 0) returning id",
                  tenant(tenant),
                  name);
          stores.put(id, new MemoryFileStore());
          return id;
        });
  }

  private void place(long tenantId, long storeId, String path) throws Exception {
    List<Long> made =
        jdbc.sql(
                "insert into quota_scope (tenant_id, store_id, path) values (?, ?, ?)"
                    + " on conflict do nothing returning id")
            .params(tenantId, storeId, path)
            .query((row, n) -> row.getLong(1))
            .list();
    for (long id : made) {
      if (running.isEmpty()) {
        jdbc.sql("update quota_scope set measured_at = now() where id = ?").param(id).update();
      } else {
        running.getFirst().quota().placeMade(id);
      }
    }
  }

  private long insert(String sql, Object... values) {
    return jdbc.sql(sql).params(values).query((row, n) -> row.getLong(1)).single();
  }

  /** The tenant's own limits; null: none. */
  public TestCluster tenantLimits(String tenant, @Nullable Long bytes, @Nullable Long files) {
    jdbc.sql(
            "update quota_scope set bytes_limit = ?, files_limit = ? where tenant_id = ?"
                + " and store_id is null")
        .params(Arrays.asList(bytes, files, tenant(tenant)))
        .update();
    return this;
  }

  void limit(long storeId, StoreKey root, @Nullable Long bytes, @Nullable Long files) {
    jdbc.sql(
            "update quota_scope set bytes_limit = ?, files_limit = ? where store_id = ? and path ="
                + " ?")
        .params(Arrays.asList(bytes, files, storeId, root.byteText()))
        .update();
  }

  public Usage tenantUsage(String tenant) {
    return usage("tenant_id = ? and store_id is null", List.of(tenant(tenant)));
  }

  Usage usage(long storeId, StoreKey root) {
    return usage("store_id = ? and path = ?", List.of(storeId, root.byteText()));
  }

  private Usage usage(String where, List<?> parameters) {
    return jdbc.sql(
            "select bytes_used, bytes_reserved, files_used, files_reserved from quota_scope where "
                + where)
        .params(parameters)
        .query(
            (row, n) -> new Usage(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4)))
        .single();
  }

  @Override
  public FileStore store(long storeId) throws FileFailure {
    FileStore store = stores.get(storeId);
    if (store == null) {
      throw new FileFailure(FileFailure.Kind.NOT_FOUND, "no such store");
    }
    return store;
  }

  /** Makes a store that takes uploads only, as a bucket does. */
  public MemoryFileStore storeOfUploads(String name, String tenant) {
    MemoryFileStore store = new MemoryFileStore(MemoryFileStore.UPLOADS);
    storeOf(name, tenant, store);
    return store;
  }

  /** Takes a store for a tenant's. */
  void storeOf(String name, String tenant, FileStore store) {
    stores.put(storeId(tenant, name), store);
  }

  /** A store, to break it or to look behind the gateway's back. */
  public MemoryFileStore memoryStore(String name, String tenant) {
    return (MemoryFileStore) Optional.ofNullable(stores.get(storeId(tenant, name))).orElseThrow();
  }

  /** At this moment no limit is exceeded, not by one byte. */
  public void keepsLimits() {
    assertThat(
            jdbc.sql(
                    "select id, bytes_used, bytes_reserved, bytes_limit, files_used,"
                        + " files_reserved, files_limit from quota_scope where bytes_used +"
                        + " bytes_reserved > bytes_limit or files_used + files_reserved >"
                        + " files_limit")
                .query()
                .listOfRows())
        .as("scopes over their limits")
        .isEmpty();
  }

  /**
   * When nobody writes: after a settlement nothing is reserved, and what is used is what the stores
   * hold, in every place and in every tenant.
   */
  public void isExact() throws FileFailure {
    // Twice: what one process freed may have been written by the next.
    for (int round = 0; round < 2; round++) {
      running.forEach(TestProcess::settle);
    }
    for (Place place : places()) {
      FileStore.Measure measure = store(place.storeId()).measure(place.key());
      assertThat(usage(place.storeId(), place.key()))
          .as("place '%s' of store %d", place.key(), place.storeId())
          .isEqualTo(new Usage(measure.bytes(), 0, measure.files(), 0));
    }
    for (Map.Entry<String, Long> tenant : tenants.entrySet()) {
      assertThat(tenantUsage(tenant.getKey()))
          .as("tenant %s", tenant.getKey())
          .isEqualTo(held(tenant.getValue()));
    }
  }

  private record Place(long tenantId, long storeId, StoreKey key) {}

  private List<Place> places() {
    return jdbc.sql("select tenant_id, store_id, path from quota_scope where path is not null")
        .query(
            (row, n) ->
                new Place(row.getLong(1), row.getLong(2), StoreKey.ofPlace(row.getString(3))))
        .list();
  }

  /** What the outermost places of a tenant hold. */
  private Usage held(long tenantId) throws FileFailure {
    List<Place> all = places().stream().filter(p -> p.tenantId() == tenantId).toList();
    long bytes = 0;
    long files = 0;
    for (Place place : all) {
      boolean inside =
          all.stream()
              .anyMatch(
                  outer ->
                      !outer.equals(place)
                          && outer.storeId() == place.storeId()
                          && place.key().startsWith(outer.key()));
      if (!inside) {
        FileStore.Measure measure = store(place.storeId()).measure(place.key());
        bytes += measure.bytes();
        files += measure.files();
      }
    }
    return new Usage(bytes, 0, files, 0);
  }

  @Override
  public void close() {
    try {
      running.forEach(TestProcess::stop);
    } finally {
      database.close();
      FileSystemUtils.deleteRecursively(folder.toFile());
    }
  }
}
