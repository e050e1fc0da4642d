package io.quaymaster.audit.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.audit.AuditEvent;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Keys, signatures and canonical bytes as others have them. */
class SignatureTest {
  /** RFC 8032, section 7.1, test 1. */
  private static final String SECRET =
      "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";

  private static final String PUBLIC =
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

  private static final SigningKey KEY = new SigningKey(HexFormat.of().parseHex(SECRET));
  private static final ChainHead HEAD =
      new ChainHead("acme", 7, ChainHash.BEGINNING, Instant.EPOCH);

  @Test
  void thePublicKeyIsThatOfTheRfc() {
    byte[] der = Base64.getDecoder().decode(KEY.verifying().text());
    assertThat(HexFormat.of().formatHex(der)).isEqualTo("302a300506032b6570032100" + PUBLIC);
  }

  /** The JDK's own Ed25519 says the same of a signature of ours. */
  @Test
  void anotherImplementationBelievesIt() throws Exception {
    Checkpoint checkpoint = KEY.sign(HEAD, Checkpoint.Kind.REGULAR, Instant.EPOCH);
    Signature other = Signature.getInstance("Ed25519");
    other.initVerify(
        KeyFactory.getInstance("Ed25519")
            .generatePublic(
                new X509EncodedKeySpec(Base64.getDecoder().decode(KEY.verifying().text()))));
    other.update(checkpoint.signedBytes());
    assertThat(other.verify(Base64.getDecoder().decode(checkpoint.signature()))).isTrue();
  }

  @Test
  void aKeyIsReadWithAndWithoutTheLinesOfPem() {
    VerifyingKey key = KEY.verifying();
    String pem = "-----BEGIN PUBLIC KEY-----\n" + key.text() + "\n-----END PUBLIC KEY-----\n";
    assertThat(VerifyingKey.parse(pem).id()).isEqualTo(key.id());
    assertThat(VerifyingKey.parse(key.text()).text()).isEqualTo(key.text());
    for (String wrong : new String[] {"", "x", "AAAA", key.text().substring(4)}) {
      assertThatThrownBy(() -> VerifyingKey.parse(wrong))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void theKeyIsNotShown() {
    assertThat(KEY.toString()).doesNotContain(SECRET).contains(KEY.verifying().id());
  }

  /** The example of ADR 13: who writes a verifier can begin with it. */
  @Test
  void theCanonicalFormIsFixed() {
    AuditEvent event =
        new AuditEvent(
            UUID.fromString("00112233-4455-6677-8899-aabbccddeeff"),
            Instant.parse("2026-01-02T03:04:05.000006Z"),
            "acme",
            "alice",
            null,
            "192.0.2.1",
            null,
            "login",
            AuditEvent.Outcome.OK,
            null,
            "abcdefgh",
            Map.of("method", "password", "client", "ä"));
    ChainHead before = new ChainHead("acme", 0, ChainHash.BEGINNING, Instant.EPOCH);
    ChainedEvent first = ChainedEvent.after(before, Instant.parse("2026-01-02T03:04:06Z"), event);
    assertThat(first.hash().toString())
        .isEqualTo("4abd7ea94eac10885c161d0116b4ef1d487bc37139287e06472681abb9bf0f27");
    assertThat(AuditLines.parse(AuditLines.of(first))).isEqualTo(new AuditLines.Line.Event(first));
  }
}
