package io.quaymaster.system;

import io.quaymaster.process.GatewayProcess;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What things cost when the database has very many accounts: a login, a session, a transfer, a row
 * of the audit log. No test of the suite: {@code bench/scale.sh} runs it, and docs/scale.md says
 * what follows.
 */
class ScaleBench {
  private static final int ACCOUNTS = Integer.getInteger("bench.accounts", 1_000_000);
  private static final int SESSIONS = Integer.getInteger("bench.sessions", 1_000);
  private static final int LOGINS = 1_000;
  private static final int WARM = 300;
  private static final int FILE_BYTES = 64 << 10;
  private static final int FILES = 20;

  @TempDir Path folder;

  private final Random random = new Random(ACCOUNTS);

  @Test
  void costs() throws Exception {
    GatewayProcess.Setup setup =
        GatewayProcess.in(folder)
            .with("QUAYMASTER_ADMISSION_EXEMPT_NETWORKS", "127.0.0.0/8")
            .with("QUAYMASTER_SSH_MAX_UNAUTHENTICATED", "10000")
            .with("QUAYMASTER_ADMISSION_EARLY_DROP_FROM", "9999");
    try (Quay quay = Quay.start(setup);
        SshClient client = client(quay)) {
      quay.tenant("acme", Map.of());
      Partner model = quay.partner("u0@acme", Map.of());
      fill(quay, model);
      logins(quay, client, WARM);
      double[] alone = logins(quay, client, LOGINS);
      System.out.printf(
          "%d accounts: a login takes %.0f ms (median), %.0f ms (p99)%n",
          ACCOUNTS, alone[LOGINS / 2], alone[LOGINS * 99 / 100]);
      Processes processes = new Processes(quay.process().pids());
      double cpu = processes.cpuSeconds();
      logins(quay, client, LOGINS);
      System.out.printf(
          "%d logins: %.1f ms of CPU each, gateway and database%n",
          LOGINS, (processes.cpuSeconds() - cpu) * 1000 / LOGINS);
      sessions(quay, client, processes);
    }
  }

  private static SshClient client(Quay quay) {
    SshClient client = SshClient.setUpDefaultClient();
    client.setServerKeyVerifier((session, address, host) -> true);
    client.setKeyIdentityProvider(new FileKeyPairProvider(List.of(quay.key().file())));
    CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
    client.start();
    return client;
  }

  /** All are like the first, each with a key and a home of its own. */
  private static void fill(Quay quay, Partner model) throws SQLException {
    long begun = System.nanoTime();
    try (Connection connection = quay.process().connectToDatabase();
        Statement statement = connection.createStatement()) {
      statement.execute(
          """
          create temporary table model as select * from account where username = '%s';
          insert into account (tenant_id, username, status, home_store_id, home_path, permissions, protocols, sources,
                               publish, sftp_read_only, sftp_deny_requests, created_at, updated_at, version)
          select tenant_id, 'u' || n, status, home_store_id, 'u' || n, permissions, protocols, sources, publish,
                 sftp_read_only, sftp_deny_requests, created_at, updated_at, 0
          from model, generate_series(1, %d - 1) n;
          insert into account_key (account_id, key_type, public_key, fingerprint, label, sources, created_at)
          select a.id, k.key_type, k.public_key, k.fingerprint, k.label, k.sources, k.created_at
          from account a, account_key k, model where k.account_id = model.id and a.id <> model.id;
          insert into quota_scope (tenant_id, store_id, path, measured_at)
          select tenant_id, home_store_id, home_path, now() from account where username <> '%s';
          """
              .formatted(model.username(), ACCOUNTS, model.username()));
      statement.execute("vacuum analyze");
    }
    System.out.printf(
        "%d accounts were made in %.0f s%n", ACCOUNTS, (System.nanoTime() - begun) / 1e9);
  }

  private String anybody() {
    return "u" + random.nextInt(ACCOUNTS) + "@acme";
  }

  /** One after the other, each of somebody; returns milliseconds until SFTP answers, sorted. */
  private double[] logins(Quay quay, SshClient client, int count) throws IOException {
    double[] times = new double[count];
    for (int i = 0; i < count; i++) {
      long begun = System.nanoTime();
      RawSession.open(client, anybody(), quay.process().sshPort()).close();
      times[i] = (System.nanoTime() - begun) / 1e6;
    }
    Arrays.sort(times);
    return times;
  }

  private void sessions(Quay quay, SshClient client, Processes processes) throws Exception {
    double memory = processes.pssBytes();
    List<RawSession> open = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < SESSIONS; i++) {
        open.add(RawSession.open(client, anybody(), quay.process().sshPort()));
      }
      System.out.printf(
          "%d sessions are open: %.0f KiB each, gateway and database%n",
          SESSIONS, (processes.pssBytes() - memory) / 1024 / SESSIONS);
      transfers(quay, threads, open, processes, 1);
      transfers(quay, threads, open, processes, FILES);
    } finally {
      open.forEach(RawSession::close);
    }
  }

  private static void transfers(
      Quay quay, ExecutorService threads, List<RawSession> open, Processes processes, int files)
      throws Exception {
    byte[] content = new byte[FILE_BYTES];
    double cpu = processes.cpuSeconds();
    try (Connection connection = quay.process().connectToDatabase()) {
      long written = number(connection, "select (pg_current_wal_lsn() - '0/0')::bigint");
      long begun = System.nanoTime();
      List<Callable<Void>> all = new ArrayList<>();
      for (RawSession session : open) {
        all.add(
            () -> {
              for (int i = 0; i < files; i++) {
                session.upload("/f" + i, content);
              }
              return null;
            });
      }
      int errors = 0;
      for (Future<Void> one : threads.invokeAll(all)) {
        errors += one.state() == Future.State.SUCCESS ? 0 : 1;
      }
      double seconds = (System.nanoTime() - begun) / 1e9;
      int count = open.size() * files;
      System.out.printf(
          "%d transfers of %d KiB by %d sessions at once: %d errors, %.0f a second, %.2f ms of CPU"
              + " and %.1f KiB of PostgreSQL's log each%n",
          count,
          FILE_BYTES >> 10,
          open.size(),
          errors,
          count / seconds,
          (processes.cpuSeconds() - cpu) * 1000 / count,
          (number(connection, "select (pg_current_wal_lsn() - '0/0')::bigint") - written)
              / 1024.0
              / count);
      long rows = number(connection, "select count(*) from audit_event");
      System.out.printf(
          "%d rows of the audit log: %d bytes each, indexes included%n",
          rows,
          number(
                  connection,
                  "select sum(pg_total_relation_size(inhrelid))::bigint from pg_inherits"
                      + " where inhparent = 'audit_event'::regclass")
              / rows);
    }
  }

  private static long number(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      if (!row.next()) {
        throw new IllegalStateException("no row: " + sql);
      }
      return row.getLong(1);
    }
  }
}
