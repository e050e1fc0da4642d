package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.account.AccountEvent.KeyRevoked;
import io.quaymaster.admin.Api.Answer;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyTest extends AdminApiTest {
  private static final AtomicInteger NUMBER = new AtomicInteger();

  /** Any 32 bytes make an Ed25519 key as far as its form goes. */
  private static String newKey() {
    byte[] type = "ssh-ed25519".getBytes(StandardCharsets.US_ASCII);
    byte[] key = ByteBuffer.allocate(32).putInt(NUMBER.incrementAndGet()).array();
    byte[] blob =
        ByteBuffer.allocate(8 + type.length + key.length)
            .putInt(type.length)
            .put(type)
            .putInt(key.length)
            .put(key)
            .array();
    return "ssh-ed25519 " + Base64.getEncoder().encodeToString(blob);
  }

  private static String body(String key, String more) {
    return "{\"publicKey\":\"%s\"%s}".formatted(key, more);
  }

  private String keys() {
    String tenant = tenantWithStore();
    makeAccount(tenant, "alice", "");
    return account(tenant, "alice") + "/keys";
  }

  @Test
  void aKeyIsAddedShownAndTakenAway() {
    String keys = keys();
    String key = newKey();
    Answer added =
        platformAdmin()
            .post(
                keys,
                body(
                    key + " alice@laptop",
                    ",\"label\":\"laptop\",\"expiresAt\":\"2040-01-01T00:00:00Z\","
                        + "\"sources\":[\"10.0.0.0/8\"]"))
            .created();
    assertThat(added.text("publicKey")).isEqualTo(key);
    assertThat(added.text("type")).isEqualTo("ssh-ed25519");
    assertThat(added.text("fingerprint")).matches("SHA256:[A-Za-z0-9+/]{43}");
    assertThat(added.text("label")).isEqualTo("laptop");
    assertThat(added.text("expiresAt")).isEqualTo("2040-01-01T00:00:00Z");
    assertThat(added.json().get("sources").toString()).isEqualTo("[\"10.0.0.0/8\"]");
    assertThat(added.json().get("lastUsedAt").isNull()).isTrue();
    assertThat(platformAdmin().get(added.header("Location")).ok().json()).isEqualTo(added.json());
    assertThat(platformAdmin().all(keys, 1)).containsExactly(added.json());
    platformAdmin().post(keys, body(key, "")).problem(409, "KEY_EXISTS");
    platformAdmin().delete(added.header("Location")).noContent();
    long id = Long.parseLong(added.text("id"));
    assertThat(seen.events).anyMatch(e -> e instanceof KeyRevoked r && r.keyId() == id);
    platformAdmin().delete(added.header("Location")).problem(404, "NOT_FOUND");
    platformAdmin().get(added.header("Location")).problem(404, "NOT_FOUND");
    platformAdmin().get(keys + "/abc").problem(404, "NOT_FOUND");
  }

  @Test
  void theCommentIsTheLabelIfThereIsNone() {
    assertThat(platformAdmin().post(keys(), body(newKey() + " a b", "")).text("label"))
        .isEqualTo("a b");
  }

  @Test
  void aKeyOfAnotherAccountIsNotThere() {
    String keys = keys();
    String id = platformAdmin().post(keys, body(newKey(), "")).created().text("id");
    platformAdmin().get(keys() + "/" + id).problem(404, "NOT_FOUND");
    platformAdmin().delete(keys() + "/" + id).problem(404, "NOT_FOUND");
    platformAdmin().get(keys + "/" + id).ok();
    platformAdmin().get(keys.replace("alice", "bob")).problem(404, "NOT_FOUND");
    platformAdmin()
        .post(keys.replace("alice", "bob"), body(newKey(), ""))
        .problem(404, "NOT_FOUND");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|publicKey",
        "{'publicKey':''}|publicKey",
        "{'publicKey':'ssh-dss AAAA'}|publicKey",
        "{'publicKey':'-----BEGIN OPENSSH PRIVATE KEY-----'}|publicKey",
        "{'publicKey':'KEY','label':'a\\u0007'}|label",
        "{'publicKey':'KEY','expiresAt':'soon'}|expiresAt",
        "{'publicKey':'KEY','sources':['x']}|sources[0]",
        "{'publicKey':'KEY','comment':'x'}|comment",
      })
  void aWrongFieldIsNamed(String json, String field) {
    platformAdmin().post(keys(), json.replace('\'', '"').replace("KEY", newKey())).wrong(field);
  }

  @Test
  void anAccountHasAtMost64Keys() {
    String keys = keys();
    List<String> ids =
        IntStream.range(0, 64)
            .mapToObj(_ -> platformAdmin().post(keys, body(newKey(), "")).created().text("id"))
            .toList();
    platformAdmin().post(keys, body(newKey(), "")).problem(409, "TOO_MANY_KEYS");
    assertThat(platformAdmin().all(keys, 10))
        .extracting(k -> k.get("id").stringValue())
        .containsExactlyElementsOf(ids);
    platformAdmin().delete(keys + "/" + ids.getFirst()).noContent();
    platformAdmin().post(keys, body(newKey(), "")).created();
  }
}
