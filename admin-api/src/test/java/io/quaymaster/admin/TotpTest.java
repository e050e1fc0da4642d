package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import io.quaymaster.credential.Totp;
import java.time.Clock;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** Authenticator apps over REST. */
class TotpTest extends AdminApiTest {
  @Autowired private Clock clock;

  private String alice() {
    String tenant = tenantWithStore();
    makeAccount(tenant, "alice", "");
    return account(tenant, "alice");
  }

  private String codeNow(String secret) {
    return Totp.ofBase32(secret).codeAt(Totp.stepAt(clock.instant()));
  }

  private static String body(String code) {
    return "{\"code\":\"%s\"}".formatted(code);
  }

  private static List<String> recoveryCodes(Answer answer) {
    assertThat(answer.header("Cache-Control")).contains("no-store");
    return StreamSupport.stream(answer.ok().json().get("recoveryCodes").spliterator(), false)
        .map(JsonNode::stringValue)
        .toList();
  }

  @Test
  void anAppCountsWhenItsCodeWasShown() {
    String totp = alice() + "/totp";
    platformAdmin().get(totp).problem(404, "NOT_FOUND");
    Answer made = platformAdmin().post(totp, "").created();
    String secret = made.text("secret");
    assertThat(made.header("Cache-Control")).contains("no-store");
    assertThat(made.text("uri")).startsWith("otpauth://totp/").contains("secret=" + secret);
    assertThat(platformAdmin().get(totp).ok().json().get("confirmed").booleanValue()).isFalse();
    platformAdmin().post(totp + "/recovery-codes", "").problem(409, "TOTP_NOT_CONFIRMED");
    platformAdmin().post(totp + "/confirm", "{}").wrong("code");
    platformAdmin().post(totp + "/confirm", body("12345")).wrong("code");
    String wrong = codeNow(secret).equals("000000") ? "000001" : "000000";
    platformAdmin().post(totp + "/confirm", body(wrong)).wrong("code");

    Answer confirmed = platformAdmin().post(totp + "/confirm", body(codeNow(secret)));
    List<String> recovery = recoveryCodes(confirmed);

    assertThat(recovery).hasSize(10).doesNotHaveDuplicates();
    JsonNode status = platformAdmin().get(totp).ok().json();
    assertThat(status.get("confirmed").booleanValue()).isTrue();
    assertThat(status.get("recoveryCodesLeft").intValue()).isEqualTo(10);
    assertThat(platformAdmin().get(totp).response().body()).doesNotContain(secret);
    platformAdmin().post(totp + "/confirm", body(codeNow(secret))).problem(409, "TOTP_CONFIRMED");
    platformAdmin().post(totp, "").problem(409, "TOTP_EXISTS");
    assertThat(recoveryCodes(platformAdmin().post(totp + "/recovery-codes", "")))
        .hasSize(10)
        .doesNotContainAnyElementsOf(recovery);
    platformAdmin().delete(totp).noContent();
    platformAdmin().delete(totp).problem(404, "NOT_FOUND");
  }

  @Test
  void whatWasNotConfirmedIsForgottenByTheNext() {
    String totp = alice() + "/totp";
    String first = platformAdmin().post(totp, "").created().text("secret");
    String second = platformAdmin().post(totp, "").created().text("secret");
    assertThat(second).isNotEqualTo(first);
    platformAdmin().post(totp + "/confirm", body(codeNow(second))).ok();
  }

  @Test
  void neitherSecretNorCodesAreInTheDatabaseOrTheLog() {
    String alice = alice();
    String secret = platformAdmin().post(alice + "/totp", "").created().text("secret");
    List<String> recovery =
        recoveryCodes(platformAdmin().post(alice + "/totp/confirm", body(codeNow(secret))));
    String stored =
        jdbc.sql(
                "select string_agg(encode(sealed_secret, 'escape') || encode(code_hash, 'escape'),"
                    + " ' ') from account_totp join account_recovery_code using (account_id)")
            .query((row, _) -> row.getString(1))
            .single();
    String audit = platformAdmin().get("/api/v1/audit").ok().response().body();
    assertThat(audit).contains("totp.create", "totp.confirm");
    assertThat(stored + audit).doesNotContain(secret).doesNotContain(recovery);
  }
}
