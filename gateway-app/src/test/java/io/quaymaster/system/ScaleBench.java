package io.quaymaster.system;

import static org.awaitility.Awaitility.await;

import io.quaymaster.process.GatewayProcess;
import io.quaymaster.ssh.RawSession;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
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
  private static final String TENANT = "acme";
  private static final int LOGINS = Integer.getInteger("bench.logins", 1_000);
  private static final int WARM = LOGINS / 5;
  private static final int AT_ONCE = 4;
  private static final byte[] FILE = new byte[64 << 10];

  /** Of each session in a row; of refusals no more are audited within a second. */
  private static final int TIMES = 20;

  private static final Duration IDLE = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void costs() throws Exception {
    GatewayProcess.Setup setup =
        GatewayProcess.in(folder)
            .with("QUAYMASTER_ADMISSION_EXEMPT_NETWORKS", "127.0.0.0/8")
            .with("QUAYMASTER_SSH_MAX_UNAUTHENTICATED", "10000")
            .with("QUAYMASTER_ADMISSION_EARLY_DROP_FROM", "9999");
    try (Quay quay = Quay.start(setup);
        SshClient client = client(quay);
        Connection database = quay.process().connectToDatabase()) {
      quay.tenant(TENANT, Map.of());
      Partner model = quay.partner("u0@" + TENANT, Map.of());
      fill(database, model);
      CostMeter meter = new CostMeter(quay.process().pids(), database);
      System.out.printf(
          "%d accounts, each with a key and a place, take %d bytes each%n",
          ACCOUNTS, meter.bytesOfAccounts() / ACCOUNTS);
      inTurn(quay, client, WARM);
      System.out.printf("%d accounts, logins one after the other: ", ACCOUNTS);
      CostMeter.Reading before = meter.read();
      Latencies alone = inTurn(quay, client, LOGINS);
      System.out.printf("%s; each %s%n", alone, meter.read().since(before, LOGINS));
      sessions(quay, client, meter);
    }
  }

  /** With the key exchange that clients prefer, which is a part of what a login costs. */
  private static SshClient client(Quay quay) {
    SshClient client = SshClient.setUpDefaultClient();
    client.setServerKeyVerifier((session, address, host) -> true);
    client.setKeyIdentityProvider(new FileKeyPairProvider(List.of(quay.key().file())));
    CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
    client.start();
    return client;
  }

  /** All are like the first, each with a key and a home of its own. */
  private static void fill(Connection database, Partner model) throws SQLException {
    long begun = System.nanoTime();
    try (Statement statement = database.createStatement()) {
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

  private static RawSession anybody(Quay quay, SshClient client) throws IOException {
    String login = "u" + ThreadLocalRandom.current().nextInt(ACCOUNTS) + "@" + TENANT;
    return RawSession.open(client, login, quay.process().sshPort());
  }

  /** One after the other, each of somebody, timed until SFTP answers. */
  private static Latencies inTurn(Quay quay, SshClient client, int count) throws IOException {
    Latencies latencies = new Latencies();
    for (int i = 0; i < count; i++) {
      long begun = System.nanoTime();
      RawSession session = anybody(quay, client);
      latencies.add(System.nanoTime() - begun);
      session.close();
    }
    return latencies;
  }

  private static void sessions(Quay quay, SshClient client, CostMeter meter) throws Exception {
    double memory = meter.gateway().pssBytes();
    double databaseMemory = meter.database().pssBytes();
    List<RawSession> open = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE);
        ExecutorService many = Executors.newVirtualThreadPerTaskExecutor()) {
      Latencies latencies = new Latencies();
      Callable<RawSession> one =
          () -> {
            long begun = System.nanoTime();
            RawSession session = anybody(quay, client);
            latencies.add(System.nanoTime() - begun);
            return session;
          };
      long begun = System.nanoTime();
      for (int i = 0; i < SESSIONS; i += AT_ONCE) {
        for (Future<RawSession> opened : threads.invokeAll(Collections.nCopies(AT_ONCE, one))) {
          open.add(opened.get());
        }
      }
      System.out.printf(
          "%d sessions opened, %d at once: %s, %.1f a second%n",
          open.size(), AT_ONCE, latencies, open.size() * 1e9 / (System.nanoTime() - begun));
      System.out.printf(
          "%d sessions open: %.0f KiB each in the gateway, %.0f KiB in the database%n",
          open.size(),
          (meter.gateway().pssBytes() - memory) / 1024 / open.size(),
          (meter.database().pssBytes() - databaseMemory) / 1024 / open.size());
      CostMeter.Reading before = meter.read();
      Thread.sleep(IDLE);
      System.out.printf(
          "%d sessions idle for %d s: a second %s%n",
          open.size(), IDLE.toSeconds(), meter.read().since(before, (int) IDLE.toSeconds()));
      storm(many, open, meter, "a file of 64 KiB moved", 1, (s, i) -> s.upload("/a", FILE));
      storm(many, open, meter, "files of 64 KiB", TIMES, (s, i) -> s.upload("/f" + i, FILE));
      storm(many, open, meter, "refusals", TIMES, (s, i) -> s.renameRefused("/a", "/."));
      System.out.printf("a row of the audit log takes %d bytes%n", meter.bytesOfAnAuditRow());
    } finally {
      open.forEach(RawSession::close);
    }
  }

  @FunctionalInterface
  private interface Act {
    void of(RawSession session, int number) throws IOException;
  }

  /** All sessions at once, each so often, one after the other. */
  private static void storm(
      ExecutorService threads,
      List<RawSession> open,
      CostMeter meter,
      String what,
      int times,
      Act act)
      throws Exception {
    long rows = meter.auditRows(TENANT);
    CostMeter.Reading before = meter.read();
    long begun = System.nanoTime();
    List<Callable<Void>> all = new ArrayList<>();
    for (RawSession session : open) {
      all.add(
          () -> {
            for (int i = 0; i < times; i++) {
              act.of(session, i);
            }
            return null;
          });
    }
    int errors = 0;
    for (Future<Void> one : threads.invokeAll(all)) {
      errors += one.state() == Future.State.SUCCESS ? 0 : 1;
    }
    double seconds = (System.nanoTime() - begun) / 1e9;
    int count = open.size() * times;
    // The audit log follows; what it costs is a part of what an act costs.
    await().atMost(Duration.ofMinutes(2)).until(() -> meter.auditRows(TENANT) >= rows + count);
    double audited = (System.nanoTime() - begun) / 1e9;
    System.out.printf(
        "%d sessions at once, %s: %d errors, %d in %.1f s (%.0f a second), in the audit log after"
            + " %.1f s; each %s%n",
        open.size(),
        what,
        errors,
        count,
        seconds,
        count / seconds,
        audited,
        meter.read().since(before, count));
  }
}
