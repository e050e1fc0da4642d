package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.JsonNode;

/** What an admin does over REST reaches those who are connected. */
@ExtendWith(SharedQuay.class)
class AdminReachesSessionsIT {
  private static final int MIB = 1 << 20;

  /** More than the first block that a place is granted, less than the first two. */
  private static final int FIRST = 3 * MIB / 2;

  private static Quay quay;

  @BeforeAll
  static void meet(Quay shared) {
    quay = shared;
    quay.tenant("initech", Map.of());
  }

  @Test
  void aSessionIsListedAndEnded() {
    Partner alice =
        quay.partner("alice@initech", Map.of("limits", Map.of("bytesPerSecond", 4L * MIB)));
    OpenSsh client = alice.openSsh();
    client.write("big", 32 * MIB);
    try (Prompt other = Prompt.open(client);
        Upload upload = Upload.begin(client, "put big").hasBrought(MIB, alice.file("big"))) {
      List<JsonNode> sessions = alice.sessions();
      assertThat(sessions).hasSize(2);
      JsonNode busy = sessions.getLast();
      assertThat(busy.get("source").stringValue()).isEqualTo("127.0.0.1");
      assertThat(busy.get("tenant").stringValue()).isEqualTo("initech");
      assertThat(busy.get("account").stringValue()).isEqualTo("alice");
      assertThat(busy.get("clientVersion").stringValue()).startsWith("SSH-2.0-OpenSSH_");
      assertThat(busy.get("protocols").values())
          .extracting(JsonNode::stringValue)
          .containsExactly("sftp");
      assertThat(busy.get("bytesReceived").longValue()).isGreaterThan(MIB);

      String id = busy.get("id").stringValue();
      quay.admin().delete("/sessions/" + id);

      assertThat(upload.ends(Duration.ofSeconds(5))).isNotZero();
      assertThat(upload.said()).contains("an administrator ended the session");
      other.isOpen();
      await().untilAsserted(() -> assertThat(alice.sessions()).hasSize(1));
      assertThat(quay.admin().send("DELETE", "/sessions/" + id, null).status()).isEqualTo(404);

      JsonNode transfer = alice.transferOf("/big");
      assertThat(transfer.get("outcome").stringValue()).isEqualTo("aborted");
      assertThat(transfer.get("sessionId").stringValue()).isEqualTo(id);
      assertThat(transfer.get("correlationId").stringValue()).matches("[a-z0-9]{8}");
      assertThat(told(alice, "session.end").get("detail").get("session").stringValue())
          .isEqualTo(id);
    }
    quay.isExact("initech", alice);
  }

  @Test
  void aSuspendedAccountIsThrownOutAndStaysOutUntilItIsResumed() {
    Partner bob = quay.partner("bob@initech", Map.of());
    try (Prompt byKey = Prompt.open(bob.openSsh());
        Prompt byPassword = Prompt.open(bob.openSshWithPassword())) {
      quay.admin().act(bob.resource() + "/suspend");

      byKey.isThrownOut("the account was suspended");
      byPassword.isThrownOut("the account was suspended");
    }
    assertThat(bob.sessions()).isEmpty();
    bob.openSsh().sftp("ls").fails("Permission denied");
    bob.openSshWithPassword().sftp("ls").fails("Permission denied");
    assertThat(bob.audit())
        .filteredOn(e -> e.get("outcome").stringValue().equals("refused"))
        .hasSize(2)
        .allMatch(e -> e.get("code").stringValue().equals("SUSPENDED"));

    quay.admin().act(bob.resource() + "/resume");
    bob.openSsh().sftp("ls").succeeds();
    assertThat(told(bob, "account.suspend").get("actor").stringValue()).isNotEmpty();
  }

  @Test
  void aRevokedKeyThrowsOutOnlyWhomItLetIn() {
    Partner carol = quay.partner("carol@initech", Map.of());
    try (Prompt byKey = Prompt.open(carol.openSsh());
        Prompt byPassword = Prompt.open(carol.openSshWithPassword())) {
      String keyId =
          quay.admin().list(carol.resource() + "/keys").getFirst().get("id").stringValue();
      assertThat(carol.sessions())
          .extracting(s -> s.get("keyId").isNull() ? "password" : s.get("keyId").stringValue())
          .containsExactly(keyId, "password");

      quay.admin().delete(carol.resource() + "/keys/" + keyId);

      byKey.isThrownOut("the key was revoked");
      byPassword.isOpen();
    }
    carol.openSsh().sftp("ls").fails("Permission denied");
    carol.openSshWithPassword().sftp("ls").succeeds();
  }

  @Test
  void aDeletedAccountIsThrownOutAndItsFilesStay() {
    Partner dave = quay.partner("dave@initech", Map.of());
    OpenSsh client = dave.openSsh();
    client.write("a", 1_000);
    try (Prompt prompt = Prompt.open(client).does("put a")) {
      quay.admin().delete(dave.resource());

      prompt.isThrownOut("the account was deleted");
    }
    client.sftp("ls").fails("Permission denied");
    assertThat(dave.file("a")).hasSize(1_000);
    assertThat(dave.transferOf("/a").get("outcome").stringValue()).isEqualTo("completed");
    assertThat(told(dave, "account.delete").get("outcome").stringValue()).isEqualTo("ok");
    quay.isExact("initech");
  }

  @Test
  void aSessionTooManyIsRefusedAndTold() {
    Partner frank = quay.partner("frank@initech", Map.of("limits", Map.of("sessions", 1)));
    try (Prompt only = Prompt.open(frank.openSsh())) {
      frank.openSsh().sftp("ls").fails("SESSION_LIMIT");
      only.isOpen();
    }
    assertThat(told(frank, "login").get("code").stringValue()).isEqualTo("SESSION_LIMIT");
    await().until(() -> frank.sessions().isEmpty());
    frank.openSsh().sftp("ls").succeeds();
  }

  @Test
  void aLoweredLimitHoldsForWhoIsConnected() throws SQLException {
    Partner erin = quay.partner("erin@initech", Map.of("limits", Map.of("bytes", 100L * MIB)));
    OpenSsh client = erin.openSsh();
    client.write("first", FIRST);
    client.write("fits", 100);
    client.write("too-much", 101);
    try (Prompt prompt = Prompt.open(client).does("put first")) {
      assertThat(reserved("erin")).as("granted ahead under the old limit").isGreaterThan(101);
      erin.limit("bytes", FIRST + 100L);
      // It goes back because of the change, and not because the lease has been idle for 5 s.
      await().atMost(Duration.ofSeconds(2)).until(() -> reserved("erin") == 0);

      prompt.does("-put too-much");
      assertThat(erin.transferOf("/too-much").get("code").stringValue()).isEqualTo("QUOTA_BYTES");
      prompt.does("rm too-much").does("put fits");
      assertThat(erin.transferOf("/fits").get("outcome").stringValue()).isEqualTo("completed");
    }
    assertThat(erin.usage().leftBytes()).isZero();
    JsonNode denial = told(erin, "write");
    assertThat(denial.get("code").stringValue()).isEqualTo("QUOTA_BYTES");
    assertThat(denial.get("correlationId").stringValue()).matches("[a-z0-9]{8}");
    quay.isExact("initech", erin);
  }

  /** Of a home, as it stands in the database: asking over REST would settle it. */
  private static long reserved(String home) throws SQLException {
    try (Connection connection = quay.process().connectToDatabase();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select bytes_reserved from quota_scope where path = '" + home + "'")) {
      assertThat(row.next()).isTrue();
      return row.getLong(1);
    }
  }

  /** The newest line of an action in the account's audit log. */
  private static JsonNode told(Partner partner, String action) {
    return partner.audit().stream()
        .filter(e -> e.get("action").stringValue().equals(action))
        .findFirst()
        .orElseThrow(() -> new AssertionError(action + " in " + partner.audit()));
  }
}
