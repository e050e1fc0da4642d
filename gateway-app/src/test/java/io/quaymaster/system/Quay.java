package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.process.GatewayProcess;
import io.quaymaster.ssh.OpenSshKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The packaged gateway, its admin and its partners. It may be stopped, killed and started again on
 * the same data. A play begins like this:
 *
 * <pre>{@code
 * try (Quay quay = Quay.start(folder)) {
 *   quay.tenant("acme", Map.of("bytes", 1_000));
 *   Partner alice = quay.partner("alice@acme", Map.of());
 *   alice.openSsh().sftp("put report.csv").succeeds();
 *   quay.isExact("acme", alice);
 * }
 * }</pre>
 */
final class Quay implements AutoCloseable {
  /** What was reserved and is not needed any more must be settled after this. */
  private static final Duration SETTLED = Duration.ofSeconds(15);

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  private final Path folder;
  private final OpenSshKeys key;
  private volatile GatewayProcess process;
  private volatile AdminClient admin;

  /**
   * @param folder of the test's own
   */
  static Quay start(Path folder) {
    return start(GatewayProcess.in(folder));
  }

  static Quay start(GatewayProcess.Setup setup) {
    return start(setup, OpenSshKeys.generate(setup.folder().resolve("key"), "ed25519"));
  }

  /**
   * @param key what all partners log in with
   */
  static Quay start(GatewayProcess.Setup setup, OpenSshKeys key) {
    return new Quay(setup.folder(), setup.start(), key);
  }

  private Quay(Path folder, GatewayProcess process, OpenSshKeys key) {
    this.folder = folder;
    this.key = key;
    this.process = process;
    this.admin = new AdminClient(process.adminUrl(), process.adminToken());
  }

  GatewayProcess process() {
    return process;
  }

  AdminClient admin() {
    return admin;
  }

  /** What all partners log in with. */
  OpenSshKeys key() {
    return key;
  }

  Path folder() {
    return folder;
  }

  /** After it was stopped or killed. */
  void restart() {
    process = process.restart();
    admin = new AdminClient(process.adminUrl(), process.adminToken());
  }

  /** A tenant with one store, {@code main}. */
  void tenant(String name, Map<String, Long> limits) {
    admin.create(
        "/tenants", Map.of("name", name, "displayName", "The tenant " + name, "limits", limits));
    admin.create(
        "/tenants/" + name + "/stores", Map.of("name", "main", "type", "local", "path", name));
  }

  /**
   * An account with a password and a key. Its home is named after it, unless the settings say
   * otherwise.
   *
   * @param login for example {@code alice@acme}
   * @param settings as the REST API takes them
   */
  Partner partner(String login, Map<String, ?> settings) {
    String username = login.substring(0, login.indexOf('@'));
    String tenant = login.substring(login.indexOf('@') + 1);
    Map<String, Object> body = new HashMap<>();
    body.put("home", Map.of("store", "main", "path", username));
    body.putAll(settings);
    body.put("username", username);
    body.put("password", Partner.PASSWORD);
    String home =
        admin
            .create("/tenants/" + tenant + "/accounts", body)
            .get("home")
            .get("path")
            .stringValue();
    Partner partner = new Partner(this, username, tenant, store(tenant).resolve(home));
    admin.create(partner.resource() + "/keys", Map.of("publicKey", key.publicKey()));
    return partner;
  }

  /** Where a tenant's files really lie. */
  Path store(String tenant) {
    return process.localRoot().resolve(tenant);
  }

  Usage tenantUsage(String tenant) {
    return Usage.of(admin.get("/tenants/" + tenant + "/usage"));
  }

  /**
   * Shows that soon what the ledger says is what lies on the disk, that nothing is reserved any
   * more, and that no count ever had to correct anything.
   */
  void isExact(String tenant, Partner... partners) {
    await()
        .atMost(SETTLED)
        .untilAsserted(
            () -> {
              tenantUsage(tenant).isExactly(Usage.onDisk(store(tenant)), tenant);
              for (Partner partner : partners) {
                partner.usage().isExactly(Usage.onDisk(partner.file(".")), partner.username());
              }
            });
    assertThat(metrics().of("quaymaster_quota_drift_bytes")).as("drift").isZero();
  }

  Metrics metrics() {
    return new Metrics(management("/actuator/prometheus").body());
  }

  /** Status of a health probe: {@code liveness} or {@code readiness}. */
  int health(String probe) {
    return management("/actuator/health/" + probe).statusCode();
  }

  private HttpResponse<String> management(String path) {
    URI uri = URI.create("http://127.0.0.1:" + process.managementPort() + path);
    try {
      return HTTP.send(
          HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(20)).build(),
          HttpResponse.BodyHandlers.ofString());
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  /** A program that answers any question with this. */
  Path askpass(String answer) {
    try {
      Path program = Files.createTempFile(folder, "askpass", ".sh");
      Files.writeString(program, "#!/bin/sh\necho '" + answer + "'\n");
      return Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwx------"));
    } catch (IOException full) {
      throw new UncheckedIOException(full);
    }
  }

  @Override
  public void close() {
    process.close();
  }
}
