package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.credential.Totp;
import io.quaymaster.db.TestDatabase;
import io.quaymaster.process.GatewayProcess;
import io.quaymaster.process.GatewayProcess.Setup;
import io.quaymaster.secret.SecretSeal;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The seal key is exchanged under two packaged gateways on one database. Confirming an
 * authenticator app opens its secret, so whoever can do that can read what the other sealed.
 */
class SealKeyExchangeIT {
  private static final Duration SOON = Duration.ofMinutes(1);
  private static final byte[] OLD = SecretSeal.randomKey();
  private static final byte[] NEW = SecretSeal.randomKey();

  @TempDir Path folder;

  private Setup gateway(TestDatabase database, String name) {
    return GatewayProcess.in(folder.resolve(name))
        .with("SPRING_DATASOURCE_URL", database.url())
        .with("SPRING_DATASOURCE_USERNAME", database.username())
        .with("SPRING_DATASOURCE_PASSWORD", database.password())
        .with("QUAYMASTER_FILES_LOCAL_ROOTS", folder.resolve("stores").toString())
        .with("QUAYMASTER_SEAL_RESEAL_INTERVAL", "1s");
  }

  private static String base64(byte[] key) {
    return Base64.getEncoder().encodeToString(key);
  }

  private static String app(String username) {
    return "/tenants/acme/accounts/" + username + "/totp";
  }

  private static Totp enrol(Quay quay, String username) {
    quay.partner(username + "@acme", Map.of());
    return Totp.ofBase32(quay.admin().create(app(username), Map.of()).get("secret").stringValue());
  }

  private static void confirms(Quay quay, String username, Totp app) {
    String code = app.codeAt(Totp.stepAt(Clock.systemUTC().instant()));
    AdminClient.Answer answer =
        quay.admin().send("POST", app(username) + "/confirm", Map.of("code", code));
    assertThat(answer.status()).as(answer.body().toString()).isEqualTo(200);
  }

  private static void awaitSecrets(Quay quay, String use, int count) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(quay.metrics().of("quaymaster_sealed_secrets", "use=\"" + use + "\""))
                    .isEqualTo(count));
  }

  @Test
  void whileGatewaysOfBothKindsRun() {
    try (TestDatabase database = TestDatabase.migrated()) {
      Setup prepared =
          gateway(database, "prepared")
              .with("QUAYMASTER_SEAL_KEY", base64(OLD))
              .with("QUAYMASTER_SEAL_NEXT_KEY", base64(NEW));
      Setup exchanged =
          gateway(database, "exchanged")
              .with("QUAYMASTER_SEAL_KEY", base64(NEW))
              .with("QUAYMASTER_SEAL_PREVIOUS_KEYS", base64(OLD));
      try (Quay one = Quay.start(prepared)) {
        one.tenant("acme", Map.of());
        Totp alices = enrol(one, "alice");
        Totp carols = enrol(one, "carol");
        awaitSecrets(one, "current", 2);
        try (Quay two = Quay.start(exchanged)) {
          awaitSecrets(two, "current", 2);
          awaitSecrets(two, "previous", 0);
          assertThat(two.process().log())
              .contains("secrets anew with the current seal key")
              .contains("No secret needs the previous seal key " + id(OLD) + " any more");
          Totp bobs = enrol(two, "bob");

          confirms(one, "bob", bobs);
          confirms(one, "alice", alices);
          enrol(one, "dave");
          confirms(two, "carol", carols);
          awaitSecrets(two, "current", 4);
          // It dies in the middle of whatever it does.
          two.process().kill9();
        }
      }
      try (Quay after =
          Quay.start(gateway(database, "after").with("QUAYMASTER_SEAL_KEY", base64(NEW)))) {
        awaitSecrets(after, "current", 4);
        assertThat(after.process().log()).doesNotContain("need the seal key");
      }
      try (Quay lost = Quay.start(gateway(database, "lost"))) {
        assertThat(lost.process().log())
            .contains("4 sealed secrets need the seal key " + id(NEW))
            .contains("totp:alice@acme");
      }
    }
  }

  private static String id(byte[] key) {
    return new SecretSeal(key).keyId();
  }
}
