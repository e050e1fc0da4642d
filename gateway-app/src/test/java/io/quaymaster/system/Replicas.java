package io.quaymaster.system;

import io.quaymaster.db.TestDatabase;
import io.quaymaster.process.GatewayProcess;
import io.quaymaster.ssh.OpenSshKeys;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Several gateways as one: the same PostgreSQL, the same folder for stores, the same keys, and
 * nothing else that they share. Those who are gone are called so soon.
 */
final class Replicas implements AutoCloseable {
  private final TestDatabase database;
  private final List<Quay> quays = new ArrayList<>();

  private Replicas(TestDatabase database) {
    this.database = database;
  }

  /**
   * @param settings of all of them
   */
  static Replicas start(Path folder, int count, Map<String, String> settings) {
    Replicas replicas = new Replicas(TestDatabase.migrated());
    try {
      replicas.startAll(folder, count, on(replicas.database, settings));
      return replicas;
    } catch (RuntimeException | Error failure) {
      replicas.close();
      throw failure;
    }
  }

  private static Map<String, String> on(TestDatabase database, Map<String, String> settings) {
    Map<String, String> all = new LinkedHashMap<>(settings);
    all.put("SPRING_DATASOURCE_URL", database.url());
    all.put("SPRING_DATASOURCE_USERNAME", database.username());
    all.put("SPRING_DATASOURCE_PASSWORD", database.password());
    return all;
  }

  private void startAll(Path folder, int count, Map<String, String> settings) {
    try {
      Path stores = Files.createDirectories(folder.resolve("stores"));
      OpenSshKeys key = OpenSshKeys.generate(folder.resolve("key"), "ed25519");
      String token = secret();
      String seal = secret();
      String audit = secret();
      for (int i = 0; i < count; i++) {
        GatewayProcess.Setup setup =
            GatewayProcess.in(Files.createDirectories(folder.resolve("replica" + i)))
                .with("QUAYMASTER_FILES_LOCAL_ROOTS", stores.toString())
                .with("QUAYMASTER_ADMIN_TOKEN", token)
                .with("QUAYMASTER_SEAL_KEY", seal)
                .with("QUAYMASTER_AUDIT_KEY", audit)
                .with("QUAYMASTER_QUOTA_HEARTBEAT", "500ms")
                .with("QUAYMASTER_QUOTA_DEAD_AFTER", "5s");
        for (Map.Entry<String, String> setting : settings.entrySet()) {
          setup = setup.with(setting.getKey(), setting.getValue());
        }
        quays.add(Quay.start(setup, key));
      }
    } catch (IOException full) {
      throw new UncheckedIOException(full);
    }
  }

  private static String secret() {
    byte[] key = new byte[32];
    new SecureRandom().nextBytes(key);
    return Base64.getEncoder().encodeToString(key);
  }

  Quay get(int i) {
    return quays.get(i);
  }

  List<Quay> all() {
    return List.copyOf(quays);
  }

  TestDatabase database() {
    return database;
  }

  @Override
  public void close() {
    quays.forEach(Quay::close);
    database.close();
  }
}
