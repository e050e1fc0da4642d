package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.negotiation.AlgorithmOffer;
import io.quaymaster.negotiation.NegotiationFailure;
import io.quaymaster.negotiation.NegotiationFailures;
import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Why a partner cannot connect. */
class NegotiationFailureTest extends AdminApiTest {
  private static final Instant NOON = Instant.parse("2035-06-01T12:00:00Z");
  private static final String PATH = "/api/v1/negotiation-failures";

  @Autowired private NegotiationFailures failures;

  private static AlgorithmOffer offer(String kex) {
    return new AlgorithmOffer(
        List.of(kex),
        List.of("ssh-rsa"),
        List.of("aes128-cbc"),
        List.of("aes256-cbc"),
        List.of("hmac-sha1"),
        List.of("hmac-md5"));
  }

  private void failed(String source, int minute) {
    failures.record(
        new NegotiationFailure(
            NOON.plusSeconds(60L * minute),
            "main",
            "modern",
            InetAddress.ofLiteral(source),
            "SSH-2.0-old",
            NegotiationFailure.Code.NO_COMMON_KEX,
            "The client and the listener have in common no kex.",
            offer("diffie-hellman-group14-sha1"),
            offer("curve25519-sha256"),
            List.of("legacy")));
  }

  @Test
  void sayWhatWasOfferedAndWhatWouldDo() {
    failed("203.0.113.7", 0);
    failed("203.0.113.7", 1);
    failed("203.0.113.8", 2);

    assertThat(platformAdmin().all(PATH + "?source=203.0.113.7", 10).toString())
        .isEqualTo(
            """
            [{"firstAt":"2035-06-01T12:00:00Z","lastAt":"2035-06-01T12:01:00Z","times":2,"listener":"main",\
            "policy":"modern","source":"203.0.113.7","client":"SSH-2.0-old","code":"NO_COMMON_KEX",\
            "message":"The client and the listener have in common no kex.",\
            "offered":{"kex":["diffie-hellman-group14-sha1"],"hostKeys":["ssh-rsa"],"ciphersIn":["aes128-cbc"],\
            "ciphersOut":["aes256-cbc"],"macsIn":["hmac-sha1"],"macsOut":["hmac-md5"]},\
            "available":{"kex":["curve25519-sha256"],"hostKeys":["ssh-rsa"],"ciphersIn":["aes128-cbc"],\
            "ciphersOut":["aes128-cbc"],"macsIn":["hmac-sha1"],"macsOut":["hmac-sha1"]},"wouldMatch":["legacy"]}]\
            """);
    assertThat(platformAdmin().all(PATH + "?source=203.0.113.0/24", 1))
        .extracting(f -> f.get("source").stringValue())
        .containsExactly("203.0.113.8", "203.0.113.7");
    assertThat(platformAdmin().all(PATH + "?source=203.0.113.0/24&since=2035-06-01T12:02:00Z", 10))
        .hasSize(1);
    platformAdmin().get(PATH + "?source=here&since=yesterday").wrong("source", "since");
  }
}
