package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.credential.Totp;
import io.quaymaster.process.GatewayProcess;
import io.quaymaster.secret.SecretSeal;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * What is secret goes into a gateway and never comes out again: not in its log, however much that
 * says, nor in what admins read, metrics, problem details or the OpenAPI document.
 */
class SecretsIT {
  private static final String ACCOUNTS = "/tenants/acme/accounts";
  private static final String TOKENS = "/tokens";
  private static final String STORES = "/tenants/acme/stores";
  private static final String TOTP = ACCOUNTS + "/alice/totp";

  private static final String MISTYPED = "correct horse, wrong stable";
  private static final String TOO_SHORT = "s7!Kp";
  private static final String REPLACED = "a second sesame for alice";
  private static final String UNPARSED = "between-broken-braces";
  private static final String STRAY = "in-a-field-that-nobody-knows";
  private static final String OF_A_BUCKET = "bucket/secret+access/key";
  private static final String NO_TOKEN = "qm_not-a-token-but-nearly-one";

  private static final HttpClient HTTP = HttpClient.newHttpClient();

  @TempDir Path folder;

  /** What must stay inside, by what it is. */
  private final Map<String, String> secrets = new LinkedHashMap<>();

  /** What came out, by where. */
  private final Map<String, String> exposed = new LinkedHashMap<>();

  @Test
  void nothingSecretComesOut() throws Exception {
    String sealKey = Base64.getEncoder().encodeToString(SecretSeal.randomKey());
    secrets.put("the seal key", sealKey);
    try (Quay quay =
        Quay.start(
            GatewayProcess.in(folder)
                .with("QUAYMASTER_SEAL_KEY", sealKey)
                .with("LOGGING_LEVEL_ROOT", "DEBUG"))) {
      secrets.put("the first token", quay.process().adminToken());
      secrets.put(
          "the database's password",
          Files.readString(quay.process().dataFolder().resolve("postgres/password")).strip());
      quay.tenant("acme", Map.of());
      Partner alice = quay.partner("alice@acme", Map.of());
      secrets.put("a partner's password", Partner.PASSWORD);
      partnersLogIn(quay, alice);
      adminsErr(quay.process());
      adminsRead(quay);
      exposed.put("metrics", text(quay.process().managementPort(), "/actuator/prometheus", ""));
      exposed.put("log", quay.process().log());
    }
    assertThat(exposed.get("log")).as("a log that says much").contains(" DEBUG ");
    exposed.forEach(
        (where, said) ->
            secrets.forEach(
                (what, secret) ->
                    assertThat(said.contains(secret)).as(what + " in " + where).isFalse()));
  }

  private void partnersLogIn(Quay quay, Partner alice) {
    secrets.put("a mistyped password", MISTYPED);
    alice.openSshWithPassword().sftp("ls").succeeds();
    alice.openSshWithPassword(MISTYPED).sftp("ls").fails("Permission denied");
    JsonNode enrolled = quay.admin().create(TOTP, Map.of());
    Totp app = Totp.ofBase32(enrolled.get("secret").stringValue());
    secrets.put("an authenticator app's secret", enrolled.get("secret").stringValue());
    AdminClient.Answer confirmed =
        quay.admin()
            .send(
                "POST",
                TOTP + "/confirm",
                Map.of("code", app.codeAt(Totp.stepAt(Clock.systemUTC().instant()))));
    assertThat(confirmed.status()).as(confirmed.body().toString()).isEqualTo(200);
    List<JsonNode> recovery = confirmed.body().get("recoveryCodes").values().stream().toList();
    assertThat(recovery).isNotEmpty();
    secrets.put("a recovery code", recovery.getFirst().stringValue());
    quay.admin()
        .change(
            alice.resource(),
            Map.of("authentication", Map.of("methods", List.of("publickey,keyboard-interactive"))));
    alice.openSshWithKeyAndAnswer(recovery.getFirst().stringValue()).sftp("ls").succeeds();
    secrets.put("a second password", REPLACED);
    AdminClient.Answer replaced =
        quay.admin().send("PUT", alice.resource() + "/password", Map.of("password", REPLACED));
    assertThat(replaced.status()).as(replaced.body().toString()).isEqualTo(204);
  }

  /** Requests that are refused, each with something in it that its answer must not repeat. */
  private void adminsErr(GatewayProcess gateway) throws Exception {
    secrets.put("a password that is too short", TOO_SHORT);
    secrets.put("a password in broken JSON", UNPARSED);
    secrets.put("a value nobody asked for", STRAY);
    secrets.put("a bucket's secret key", OF_A_BUCKET);
    secrets.put("a wrong token", NO_TOKEN);
    int port = gateway.adminPort();
    String token = gateway.adminToken();
    List<String> problems = new ArrayList<>();
    problems.add(refused(port, token, ACCOUNTS, account("\"password\":\"" + TOO_SHORT + "\"")));
    problems.add(refused(port, token, ACCOUNTS, account("\"password\":\"" + UNPARSED + "\",,")));
    problems.add(refused(port, token, ACCOUNTS, account("\"passwort\":\"" + STRAY + "\"")));
    problems.add(refused(port, token, ACCOUNTS, account("\"password\":[\"" + STRAY + "\"]")));
    problems.add(
        refused(
            port,
            token,
            STORES,
            """
            {"name":"lake","type":"s3","bucket":"lake","region":"us-east-1","endpoint":"http://127.0.0.1:1","pathStyle":true,
             "credentials":{"accessKeyId":"access","secretAccessKey":"%s"}}
            """
                .formatted(OF_A_BUCKET)));
    problems.add(refused(port, NO_TOKEN, ACCOUNTS, account("")));
    exposed.put("problem details", String.join("\n", problems));
  }

  private static String account(String more) {
    return "{\"username\":\"bob\",\"home\":{\"store\":\"main\",\"path\":\"bob\"},%s}"
        .formatted(more);
  }

  private void adminsRead(Quay quay) throws Exception {
    JsonNode made =
        quay.admin().create(TOKENS, Map.of("name", "another", "role", "platform-admin"));
    String another = made.get("token").stringValue();
    secrets.put("another token", another);
    int port = quay.process().adminPort();
    for (String path :
        List.of(
            "/openapi.json",
            "/api/v1" + TOKENS,
            "/api/v1" + STORES,
            "/api/v1" + ACCOUNTS + "/alice",
            "/api/v1" + TOTP,
            "/api/v1/audit?limit=200",
            "/api/v1/audit/export")) {
      exposed.put(path, text(port, path, another));
    }
    assertThat(exposed.get("/api/v1/audit/export")).contains("WRONG_PASSWORD");
  }

  private static String refused(int port, String token, String path, String body)
      throws IOException, InterruptedException {
    var answer =
        HTTP.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/v1" + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build(),
            BodyHandlers.ofString());
    assertThat(answer.statusCode()).as(body + "\n" + answer.body()).isBetween(400, 499);
    return answer.body();
  }

  private static String text(int port, String path, String token)
      throws IOException, InterruptedException {
    return HTTP.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .header("Authorization", "Bearer " + token)
                .build(),
            BodyHandlers.ofString())
        .body();
  }
}
