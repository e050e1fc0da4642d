package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import org.junit.jupiter.api.Test;

/** Somebody guesses tokens. */
class WrongTokensTest extends AdminApiTest {
  private static final String TENANTS = "/api/v1/tenants";

  /** Far more than are answered in the time that this takes, however slow the machine. */
  private static final int MANY = 2000;

  @Test
  void whoGuessesIsToldToWaitAndItsNeighbourIsNot() {
    Api guesser = nobody().from("127.0.8.1");
    Answer last = guesser.with("qmt_0").get(TENANTS).problem(401, "UNAUTHENTICATED");
    for (int i = 1; i < MANY && last.response().statusCode() == 401; i++) {
      last = guesser.with("qmt_" + i).get(TENANTS);
    }
    last.problem(429, "TOO_MANY_WRONG_TOKENS");
    assertThat(last.header("Retry-After")).isEqualTo("3");
    assertThat(last.header("X-Content-Type-Options")).isEqualTo("nosniff");
    guesser.with(TestGateway.BOOTSTRAP).get(TENANTS).ok();
    guesser.with(tenantToken(tenant())).get(TENANTS).ok();
    guesser.with("").get(TENANTS).problem(401, "UNAUTHENTICATED");
    guesser.with("qmt_x").get("/openapi.json").ok();
    nobody().from("127.0.8.2").with("qmt_x").get(TENANTS).problem(401, "UNAUTHENTICATED");
    assertThat(platformAdmin().get("/api/v1/audit?action=admin.request").response().body())
        .contains("TOO_MANY_WRONG_TOKENS")
        .contains("127.0.8.1");
  }
}
