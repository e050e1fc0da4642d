package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import io.quaymaster.admin.Api.Answer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** What holds for every resource: bad requests, headers, the documentation, outages. */
class HttpTest extends AdminApiTest {
  private static final String TENANTS = "/api/v1/tenants";

  @Autowired private DataSource database;

  @Test
  void brokenJsonIsPointedAt() {
    Answer answer = platformAdmin().post(TENANTS, "{\"name\":\n  oops}");
    answer.problem(400, "MALFORMED_JSON");
    assertThat(answer.text("detail")).contains("line 2").contains("column");
    platformAdmin().post(TENANTS, "{\"name\":\"a\"").problem(400, "MALFORMED_JSON");
    platformAdmin().post(TENANTS, "{\"name\":\"a\"} x").problem(400, "MALFORMED_JSON");
    platformAdmin().post(TENANTS, "{\"name\":\"a\",\"name\":\"b\"}").problem(400, "MALFORMED_JSON");
    platformAdmin().post(TENANTS, "[1]").problem(400, "MALFORMED_JSON");
    platformAdmin().post(TENANTS, "null").problem(400, "MALFORMED_JSON");
    platformAdmin()
        .send("POST", TENANTS, "", Map.of("Content-Type", "application/json"))
        .problem(400, "MALFORMED_JSON");
    platformAdmin().post(TENANTS, "[".repeat(30_000)).problem(400, "MALFORMED_JSON");
    platformAdmin().patch(tenantPath(tenant()), "{oops").problem(400, "MALFORMED_JSON");
  }

  @Test
  void aSecretInABrokenBodyIsNotRepeated() {
    String tenant = tenantWithStore();
    for (String body :
        List.of(
            "{\"username\":\"a\",\"password\":hunter2}",
            "{\"username\":\"a\",\"password\":[\"hunter2\"]}",
            "{\"username\":\"a\",\"password\":\"hunter2\",\"x\":1}")) {
      assertThat(platformAdmin().post(accounts(tenant), body).response().body())
          .doesNotContain("hunter");
    }
  }

  @Test
  void aBodyIsBounded() {
    String large = "{\"name\":\"%s\"}".formatted("a".repeat(64 * 1024));
    platformAdmin().post(TENANTS, large).problem(413, "BODY_TOO_LARGE");
    platformAdmin()
        .post(TENANTS, "{\"name\":\"%s\"}".formatted("a".repeat(64 * 1024 - 11)))
        .wrong("name");
    Api.send(
            HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + TENANTS))
                .header("Authorization", "Bearer " + TestGateway.BOOTSTRAP)
                .header("Content-Type", "application/json")
                .POST(
                    BodyPublishers.ofInputStream(
                        () -> new ByteArrayInputStream(large.getBytes(StandardCharsets.UTF_8))))
                .build())
        .problem(413, "BODY_TOO_LARGE");
  }

  @Test
  void whatHttpRefusesIsAProblem() {
    platformAdmin().get("/api/v1/nothing").problem(404, "NOT_FOUND");
    platformAdmin().get("/index.html").problem(404, "NOT_FOUND");
    platformAdmin().get("/").problem(404, "NOT_FOUND");
    nobody().get("/api/v1/nothing").problem(401, "UNAUTHENTICATED");
    Answer method = platformAdmin().put(TENANTS, "{}").problem(405, "METHOD_NOT_ALLOWED");
    assertThat(method.header("Allow")).contains("POST");
    platformAdmin()
        .send("GET", TENANTS, "", Map.of("Accept", "text/html"))
        .problem(406, "NOT_ACCEPTABLE");
    platformAdmin()
        .send(
            "POST", TENANTS, "name=a", Map.of("Content-Type", "application/x-www-form-urlencoded"))
        .problem(415, "UNSUPPORTED_MEDIA_TYPE");
    platformAdmin().get(TENANTS + "/a%2Fb").problem(400, "BAD_REQUEST");
    platformAdmin().get(TENANTS + "/%2e%2e/x").problem(400, "BAD_REQUEST");
  }

  /** The path reaches a check as the one that is served, whatever is written into it. */
  @Test
  void noSpellingOfAPathIsOpen() throws IOException {
    for (String path :
        List.of(
            "/docs/../api/v1/tenants",
            "/swagger-ui/../api/v1/tenants",
            "/swagger-ui/..%2fapi/v1/tenants",
            "/swagger-ui/..;/api/v1/tenants",
            "/openapi.json/../api/v1/tenants",
            "/api/v1/tenants/",
            "/api/v1/tenants;x=/docs",
            "//api/v1/tenants")) {
      assertThat(rawStatus(path)).as(path).isIn(400, 401);
    }
  }

  private int rawStatus(String path) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port())) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      String answer =
          new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      return Integer.parseInt(answer.split(" ", 3)[1]);
    }
  }

  @Test
  void answersCarrySecurityHeadersAndNoCookies() {
    for (Answer answer :
        List.of(
            platformAdmin().get(TENANTS), nobody().get(TENANTS), nobody().get("/openapi.json"))) {
      assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
      assertThat(answer.header("X-Frame-Options")).isEqualTo("DENY");
      assertThat(answer.header("Cache-Control")).contains("no-store");
      assertThat(answer.header("Content-Security-Policy")).contains("default-src 'none'");
      assertThat(answer.header("Referrer-Policy")).isEqualTo("no-referrer");
      assertThat(answer.header("Set-Cookie")).isEmpty();
    }
  }

  @Test
  void aDatabaseThatIsAwayIsSaidSo() {
    String token = tenantToken(tenant());
    seen.databaseAway.set(true);
    try {
      for (Answer answer :
          List.of(
              platformAdmin().get(TENANTS),
              platformAdmin().post(TENANTS, "{\"name\":\"x\"}"),
              platformAdmin().get("/api/v1/transfers"),
              as(token).get(TENANTS))) {
        answer.problem(503, "DATABASE_UNAVAILABLE");
        assertThat(answer.header("Retry-After")).matches("\\d+");
        assertThat(answer.response().body()).doesNotContain("no connection in time");
      }
    } finally {
      seen.databaseAway.set(false);
    }
    platformAdmin().get(TENANTS).ok();
  }

  /** Where the cut hits a transaction, its rollback fails too: no reason to speak of a defect. */
  @Test
  void aConnectionThatIsCutUnderARequestIsAnOutageToo() throws Exception {
    String token = tenantToken(tenant());
    int outages = 0;
    for (int round = 0; round < 10; round++) {
      await().until(() -> as(token).get(TENANTS).response().statusCode() == 200);
      cutDatabaseConnections();
      Answer answer = as(token).get(TENANTS);
      if (answer.response().statusCode() != 200) {
        answer.problem(503, "DATABASE_UNAVAILABLE");
        outages++;
      }
    }
    assertThat(outages).as("requests that met a cut connection").isPositive();
    database.unwrap(HikariDataSource.class).getHikariPoolMXBean().softEvictConnections();
  }

  @Test
  void theDocumentationNamesAllOfTheContract() {
    JsonNode api = nobody().get("/openapi.json").ok().json();
    assertThat(api.get("openapi").stringValue()).startsWith("3.1");
    TreeSet<String> named = new TreeSet<>();
    api.get("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .propertyNames()
                    .forEach(m -> named.add(m.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    assertThat(named).containsExactlyInAnyOrder(Contract.ENDPOINTS);
    assertThat(api.at("/components/securitySchemes/bearer/scheme").stringValue())
        .isEqualTo("bearer");
    assertThat(api.get("security").toString()).isEqualTo("[{\"bearer\":[]}]");
    assertThat(api.at("/paths/~1api~1v1~1tokens/post/security").toString())
        .isEqualTo("[{\"bearer\":[\"tokens:write\"]}]");
    assertThat(api.at("/paths/~1api~1v1~1audit/get/responses").propertyNames()).contains("429");
  }

  @Test
  void theDocumentationDescribesBodiesAndProblems() {
    String text = nobody().get("/openapi.json").ok().response().body();
    JsonNode api = nobody().get("/openapi.json").json();
    for (String reference : references(text)) {
      assertThat(api.at(reference.substring(1)).isObject()).as(reference).isTrue();
    }
    JsonNode create = api.get("paths").get(TENANTS + "/{tenant}/accounts").get("post");
    assertThat(create.at("/responses").propertyNames())
        .contains("201", "400", "401", "403", "404", "409", "413", "415", "422", "503");
    assertThat(create.at("/responses/422/content/application~1problem+json/schema/$ref").asString())
        .isEqualTo("#/components/schemas/Problem");
    assertThat(create.at("/requestBody/content/application~1json/schema/$ref").asString())
        .isEqualTo("#/components/schemas/NewAccount");
    JsonNode account = api.at("/components/schemas/NewAccount/properties");
    assertThat(account.propertyNames())
        .contains(
            "username",
            "password",
            "home",
            "mounts",
            "limits",
            "permissions",
            "protocols",
            "sources",
            "expiresAt",
            "publish",
            "sftp");
    assertThat(account.at("/publish/enum").toString()).contains("on-close");
    assertThat(create.get("parameters"))
        .allMatch(p -> p.get("name").stringValue().equals("tenant"));
    JsonNode patch = api.get("paths").get(TENANTS + "/{tenant}/accounts/{username}").get("patch");
    assertThat(patch.at("/requestBody").toString()).contains("#/components/schemas/AccountPatch");
    assertThat(text).doesNotContain("AdminRequest").doesNotContain("JsonNode");
  }

  private static List<String> references(String api) {
    return Pattern.compile("\"\\$ref\":\"([^\"]+)\"")
        .matcher(api)
        .results()
        .map(match -> match.group(1))
        .distinct()
        .toList();
  }

  @Test
  void thereIsAPageToReadIt() {
    Answer docs = nobody().get("/docs");
    assertThat(docs.response().statusCode()).isEqualTo(302);
    Answer page = nobody().get(URI.create(docs.header("Location")).getPath()).ok();
    assertThat(page.header("Content-Type")).startsWith("text/html");
    assertThat(page.header("Content-Security-Policy")).contains("default-src 'self'");
    assertThat(page.response().body()).contains("swagger-ui");
  }
}
