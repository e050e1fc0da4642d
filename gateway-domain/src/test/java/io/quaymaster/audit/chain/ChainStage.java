package io.quaymaster.audit.chain;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.AuditEvent.Outcome;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.db.TestDatabase;
import io.quaymaster.transfer.Transfer;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.FileSystemUtils;

/**
 * The audit log of a database of its own, who keeps it, and somebody who has the database's master
 * key. One thread, but for {@link #append}.
 */
final class ChainStage implements AutoCloseable {
  private final TestDatabase database;
  private final HikariDataSource source;
  private final JdbcTemplate jdbc;
  private final TransactionTemplate transaction;
  private final ChainWriter writer;
  private final SigningKey key = new SigningKey(SigningKey.randomKey());
  private final Path folder;
  private final Path anchorFile;
  private final List<AuditEvent> told = new ArrayList<>();
  private Anchors anchors;
  private Clock clock = Clock.systemUTC();

  static ChainStage open() throws IOException {
    ChainStage stage = new ChainStage(TestDatabase.migrated());
    stage.tenant("acme");
    return stage;
  }

  private ChainStage(TestDatabase database) throws IOException {
    this.database = database;
    HikariConfig config = new HikariConfig();
    config.setDataSource(database.dataSource());
    config.setMaximumPoolSize(8);
    config.setMinimumIdle(0);
    source = new HikariDataSource(config);
    jdbc = new JdbcTemplate(source);
    transaction = new TransactionTemplate(new JdbcTransactionManager(source));
    writer = new ChainWriter(jdbc);
    folder = Files.createTempDirectory("anchors");
    anchorFile = folder.resolve("audit-anchors");
    anchors = Anchors.in(anchorFile);
  }

  void tenant(String name) {
    jdbc.update(
        "insert into tenant (name, display_name, created_at, updated_at, version)"
            + " values (?, 'of a test', now(), now(), 0)",
        name);
  }

  JdbcTemplate jdbc() {
    return jdbc;
  }

  Path anchorFile() {
    return anchorFile;
  }

  VerifyingKey publicKey() {
    return key.verifying();
  }

  /** What the keeper told. */
  List<AuditEvent> told() {
    return told;
  }

  void clock(Instant now) {
    clock = Clock.fixed(now, ZoneOffset.UTC);
  }

  static AuditEvent event(@Nullable String tenant, String action) {
    return new AuditEvent(
        UUID.randomUUID(),
        Instant.now(),
        tenant,
        "alice",
        null,
        "192.0.2.1",
        "s",
        action,
        Outcome.OK,
        null,
        "abcdefgh",
        Map.of("path", "/ä \"quoted\" \u0001 \uD83D\uDEA2", "b", "", "a", "x"));
  }

  void append(List<AuditEvent> events) {
    transaction.executeWithoutResult(status -> writer.append(events));
  }

  /** Rows of acme, each in a transaction of its own or all in one. */
  List<AuditEvent> rows(int count) {
    List<AuditEvent> events =
        IntStream.range(0, count).mapToObj(i -> event("acme", "action" + i)).toList();
    append(events);
    return events;
  }

  AuditKeeper keeper() {
    return keeper(new KeeperSettings(1000, Duration.ofMinutes(1), Duration.ofDays(60)));
  }

  AuditKeeper keeper(KeeperSettings settings) {
    return new AuditKeeper(
        source,
        key,
        keys(),
        anchors,
        settings,
        new Chronicle() {
          @Override
          public void record(AuditEvent event) {
            told.add(event);
          }

          @Override
          public void record(Transfer transfer) {
            throw new IllegalStateException("no transfer here");
          }

          @Override
          public void flush() {}
        },
        clock);
  }

  private VerifyingKeys keys() {
    return new VerifyingKeys(List.of(key.verifying()));
  }

  void sign() {
    keeper().sign(true);
  }

  /** As if the gateway had lost its data folder. */
  void forgetAnchors() throws IOException {
    Files.deleteIfExists(anchorFile);
    anchors = Anchors.in(anchorFile);
  }

  AuditTrail trail() {
    return new AuditTrail(source, keys(), anchors);
  }

  Verification verify() {
    return trail().verify("acme");
  }

  String export(AuditTrail.Part part) throws IOException {
    ByteArrayOutputStream to = new ByteArrayOutputStream();
    trail().export(part, () -> to);
    return to.toString(StandardCharsets.UTF_8);
  }

  String exportAll() throws IOException {
    return export(new AuditTrail.Part("acme", null, null));
  }

  /** Without the database. */
  Verification verifyFile(String export) throws IOException {
    return verifyFile(export, Map.of());
  }

  Verification verifyFile(String export, Map<String, Checkpoint> kept) throws IOException {
    return new ExportVerifier(keys(), kept).verify(new BufferedReader(new StringReader(export)));
  }

  /** As who owns everything in the database and switches its guards off. */
  void asMaster(String... statements) {
    jdbc.execute("alter table audit_event disable trigger user");
    jdbc.execute("alter table audit_checkpoint disable trigger user");
    jdbc.execute("alter table audit_chain disable trigger user");
    for (String statement : statements) {
      jdbc.execute(statement);
    }
  }

  /** Writes the whole chain of acme anew, each hash as it must be. */
  void rewriteFrom(long sequence) {
    asMaster();
    List<ChainedEvent> rows = new ArrayList<>();
    transaction.executeWithoutResult(
        status -> {
          try {
            new ChainReader(jdbc).read("acme", 0, Long.MAX_VALUE, new Rows(rows));
          } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
          }
        });
    ChainHash hash = ChainHash.BEGINNING;
    for (ChainedEvent row : rows) {
      hash = row.hashAfter(hash);
      if (row.sequence() >= sequence) {
        jdbc.update(
            "update audit_event set hash = ? where chain = 'acme' and sequence = ?",
            hash.bytes(),
            row.sequence());
      }
    }
    jdbc.update("update audit_chain set hash = ? where chain = 'acme'", hash.bytes());
  }

  private record Rows(List<ChainedEvent> rows) implements ChainSink {
    @Override
    public void event(ChainedEvent event) {
      rows.add(event);
    }

    @Override
    public void checkpoint(Checkpoint checkpoint) {}

    @Override
    public void unreadable(long sequence, String why) {
      throw new IllegalStateException(why);
    }
  }

  @Override
  public void close() {
    source.close();
    database.close();
    FileSystemUtils.deleteRecursively(folder.toFile());
  }
}
