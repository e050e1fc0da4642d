package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the audit log has of a session: how it came, what it moved, how it went. */
class AuditedSessionsTest {
  private TestGateway gateway;
  private TestAccount alice;

  @BeforeEach
  void start() {
    gateway = TestGateway.start();
    alice = gateway.account("alice@acme").create();
  }

  @AfterEach
  void stop() {
    gateway.close();
  }

  private List<String> details(String action, String field) {
    return gateway
        .jdbc()
        .sql("select detail ->> ? from audit_event where action = ? order by id")
        .params(field, action)
        .query((row, n) -> row.getString(1))
        .list();
  }

  @Test
  void aSessionBeginsTransfersAndEnds() {
    OpenSsh client = alice.openSsh();
    client.write("report", 5);
    client.sftp("put report", "get report again").succeeds();

    await()
        .untilAsserted(
            () ->
                assertThat(gateway.audit("alice"))
                    .containsExactly("login ok -", "upload ok -", "download ok -", "logout ok -"));
    assertThat(details("upload", "path")).containsExactly("/report");
    assertThat(details("upload", "bytes")).containsExactly("5");
    assertThat(details("logout", "seconds")).hasSize(1);
    assertThat(Long.parseLong(details("logout", "bytesReceived").getFirst())).isPositive();
    assertThat(
            gateway
                .jdbc()
                .sql("select count(distinct session_id) from audit_event")
                .query(Long.class)
                .single())
        .isEqualTo(1);
  }

  @Test
  void whyAnAdminEndedItIsTold() {
    try (SftpWire _ = alice.wire()) {
      gateway.sessions().end(session -> true, "over and out");
      await()
          .untilAsserted(
              () ->
                  assertThat(gateway.audit("alice")).containsExactly("login ok -", "logout ok -"));
    }
    assertThat(details("logout", "reason")).containsExactly("over and out");
  }

  @Test
  void aWrongSignatureOverAGoodKeyIsALoginTry() {
    TestAccount eve = gateway.account("eve@acme").create();
    assertThat(
            new RawLogin(gateway, "alice@acme")
                .probe("alice@acme", alice.key())
                .sign("alice@acme", alice.key(), eve.key())
                .play())
        .containsExactly(RawLogin.KEY_WOULD_DO, RawLogin.NO);

    assertThat(gateway.audit("alice")).containsExactly("login refused WRONG_SIGNATURE");
    assertThat(details("login", "key")).containsExactly(alice.key().fingerprint());
    assertThat(details("login", "method")).containsExactly("publickey");
  }
}
