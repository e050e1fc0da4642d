package io.quaymaster.admin;

import static io.quaymaster.admin.IdentityProvider.claims;
import static io.quaymaster.admin.IdentityProvider.sign;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/**
 * Admins with tokens of an identity provider: good ones, and everything that is wrong with others.
 */
class OidcTest extends AdminApiTest {
  private static final String TENANTS = "/api/v1/tenants";

  @Autowired private IdentityProvider provider;

  private static Date in(Duration time) {
    return Date.from(Instant.now().plus(time));
  }

  /** Times in tokens are whole seconds: one that is as old as the token would be younger. */
  private String oldTenant() {
    String tenant = tenant();
    jdbc.sql("update tenant set created_at = created_at - interval '1 hour' where name = ?")
        .param(tenant)
        .update();
    return tenant;
  }

  private Api bearer(JWTClaimsSet.Builder claims) {
    return as(provider.token(claims));
  }

  @Test
  void aPlatformAdminIsOneUnderItsOwnName() {
    String tenant = name("tenant");
    Api root = bearer(claims("ann", "qm-root"));
    root.post(TENANTS, "{\"name\":\"%s\"}".formatted(tenant)).created();
    assertThat(root.get("/api/v1/audit?action=tenant.create&tenant=" + tenant).response().body())
        .contains("\"oidc:ann\"");
  }

  @Test
  void everyAsymmetricAlgorithmWillDo() {
    for (JWSAlgorithm algorithm : List.of(JWSAlgorithm.RS512, JWSAlgorithm.PS256)) {
      as(sign(algorithm, provider.rsa, claims("ann", "qm-root"))).get(TENANTS).ok();
    }
    as(sign(JWSAlgorithm.ES256, provider.ec, claims("ann", "qm-root"))).get(TENANTS).ok();
    JWSHeader accessToken =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .type(new JOSEObjectType("at+jwt"))
            .keyID(provider.rsa.getKeyID())
            .build();
    as(sign(accessToken, provider.rsa, claims("ann", "qm-root"))).get(TENANTS).ok();
  }

  @Test
  void rolesReachAsFarAsTheyDo() {
    String mine = oldTenant();
    String others = oldTenant();
    Api admin = bearer(claims("bob", "qm-admin").claim("tenant", mine));
    admin.get(tenantPath(mine)).ok();
    admin.get(tenantPath(others)).problem(404, "NOT_FOUND");
    admin.post(TENANTS, "{}").problem(403, "FORBIDDEN");
    Api reader = bearer(claims("eve", "qm-reader").claim("tenant", mine));
    reader.get(accounts(mine)).ok();
    reader.get(accounts(others)).problem(404, "NOT_FOUND");
    reader.post(accounts(mine), "{}").problem(403, "FORBIDDEN");
    Api auditor = bearer(claims("joe", "qm-auditor"));
    auditor.get(accounts(others)).ok();
    auditor.post(accounts(others), "{}").problem(403, "FORBIDDEN");
  }

  /** The clocks of two machines differ a little. */
  @Test
  void aLittleTooLateOrTooEarlyIsInTime() {
    bearer(
            claims("ann", "qm-root")
                .expirationTime(in(Duration.ofSeconds(-5)))
                .issueTime(in(Duration.ofMinutes(-5))))
        .get(TENANTS)
        .ok();
    bearer(claims("ann", "qm-root").notBeforeTime(in(Duration.ofSeconds(20)))).get(TENANTS).ok();
  }

  @Test
  void noTokenThatSaysSomethingElseIsGood() {
    Map<String, JWTClaimsSet.Builder> wrong = new HashMap<>();
    wrong.put("issuer", claims("ann", "qm-root").issuer("https://id.example.org"));
    wrong.put("no issuer", claims("ann", "qm-root").issuer(null));
    wrong.put("audience", claims("ann", "qm-root").audience("something-else"));
    wrong.put("no audience", claims("ann", "qm-root").audience((String) null));
    wrong.put(
        "expired",
        claims("ann", "qm-root")
            .issueTime(in(Duration.ofHours(-2)))
            .expirationTime(in(Duration.ofHours(-1))));
    wrong.put("no expiry", claims("ann", "qm-root").expirationTime(null));
    wrong.put("no time of issue", claims("ann", "qm-root").issueTime(null));
    wrong.put("not yet", claims("ann", "qm-root").notBeforeTime(in(Duration.ofMinutes(2))));
    wrong.put("no role", claims("ann", null));
    wrong.put("unknown role", claims("ann", "root"));
    wrong.put("nobody", claims("ann", "qm-root").subject(null));
    wrong.put("a name of two lines", claims("ann\nbob", "qm-root"));
    wrong.put("a long name", claims("a".repeat(256), "qm-root"));
    Api there = nobody().from("127.0.7.1");
    wrong.forEach(
        (what, claims) ->
            assertThat(there.with(provider.token(claims)).get(TENANTS).response().statusCode())
                .as(what)
                .isEqualTo(401));
    assertThat(wrong).hasSizeLessThan(20); // more would be too many from one place
  }

  @Test
  void noTokenOfSomebodyElseIsGood() throws JOSEException {
    RSAKey stranger = IdentityProvider.rsa("rsa-1");
    RSAKey unknown = IdentityProvider.rsa("rsa-unknown");
    byte[] publicKey = provider.rsa.toRSAPublicKey().getEncoded();
    byte[] publicPem =
        ("-----BEGIN PUBLIC KEY-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey)
                + "\n-----END PUBLIC KEY-----\n")
            .getBytes(StandardCharsets.US_ASCII);
    String good = provider.token(claims("ann", "qm-root"));
    String[] parts = good.split("\\.", 3);
    String reader = provider.token(claims("ann", "qm-reader"));
    JWSHeader bringsItsKey =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID("rsa-unknown")
            .jwk(unknown.toPublicJWK())
            .build();
    JWSHeader otherType =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID("rsa-1")
            .type(new JOSEObjectType("logout+jwt"))
            .build();
    Map<String, String> wrong = new HashMap<>();
    wrong.put("alg none", new PlainJWT(claims("ann", "qm-root").build()).serialize());
    wrong.put("signature left out", parts[0] + "." + parts[1] + ".");
    wrong.put("HS256, DER", IdentityProvider.mac("rsa-1", publicKey, claims("ann", "qm-root")));
    wrong.put("HS256, PEM", IdentityProvider.mac("rsa-1", publicPem, claims("ann", "qm-root")));
    wrong.put("another key", sign(JWSAlgorithm.RS256, stranger, claims("ann", "qm-root")));
    wrong.put("unknown key", sign(JWSAlgorithm.RS256, unknown, claims("ann", "qm-root")));
    wrong.put("brings its key", sign(bringsItsKey, unknown, claims("ann", "qm-root")));
    wrong.put("another type", sign(otherType, provider.rsa, claims("ann", "qm-root")));
    wrong.put("another's claims", reader.substring(0, reader.lastIndexOf('.')) + "." + parts[2]);
    wrong.put("another algorithm", header("ES256") + "." + parts[1] + "." + parts[2]);
    wrong.put("no JSON", "a.b.c");
    good(good);
    Api there = nobody().from("127.0.7.2");
    wrong.forEach(
        (what, token) ->
            assertThat(there.with(token).get(TENANTS).response().statusCode())
                .as(what)
                .isEqualTo(401));
    assertThat(wrong).hasSizeLessThan(20);
  }

  private void good(String token) {
    as(token).get(TENANTS).ok();
  }

  private static String header(String algorithm) {
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(
            "{\"alg\":\"%s\",\"kid\":\"rsa-1\"}"
                .formatted(algorithm)
                .getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void aTenantThatIsNotThereOrAnotherOneLetsNobodyIn() {
    String tenant = oldTenant();
    String token = provider.token(claims("bob", "qm-admin").claim("tenant", tenant));
    good(token);
    Api there = nobody().from("127.0.7.3");
    for (JWTClaimsSet.Builder claims :
        List.of(
            claims("bob", "qm-admin"),
            claims("bob", "qm-reader"),
            claims("bob", "qm-admin").claim("tenant", "no-such"),
            claims("bob", "qm-admin").claim("tenant", List.of(tenant)),
            claims("bob", "qm-admin").claim("tenant", ""))) {
      there.with(provider.token(claims)).get(TENANTS).problem(401, "UNAUTHENTICATED");
    }
    platformAdmin().delete(tenantPath(tenant)).noContent();
    there.with(token).get(TENANTS).problem(401, "UNAUTHENTICATED");
    platformAdmin().post(TENANTS, "{\"name\":\"%s\"}".formatted(tenant)).created();
    there.with(token).get(TENANTS).problem(401, "UNAUTHENTICATED");
    // Signed when the new tenant was there.
    Instant later = Instant.now().plusSeconds(1);
    good(
        provider.token(
            claims("bob", "qm-admin").claim("tenant", tenant).issueTime(Date.from(later))));
  }

  /** What cannot be verified now is neither good nor wrong. */
  @Test
  void aProviderThatIsAwayIsSaidSo() {
    String known = provider.token(claims("ann", "qm-root"));
    RSAKey next = IdentityProvider.rsa("rsa-next");
    String fresh = sign(JWSAlgorithm.RS256, next, claims("ann", "qm-root"));
    Api there = nobody().from("127.0.7.4");
    good(known);
    provider.answer(500);
    try {
      await()
          .atMost(Duration.ofSeconds(60))
          .pollInterval(Duration.ofSeconds(3))
          .until(() -> there.with(fresh).get(TENANTS).response().statusCode() == 503);
      there.with(fresh).get(TENANTS).problem(503, "IDENTITY_PROVIDER_UNAVAILABLE");
      good(known);
      platformAdmin().get(TENANTS).ok();
    } finally {
      provider.answer(200);
    }
    provider.serve(provider.rsa, provider.ec, next);
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofSeconds(3))
        .untilAsserted(() -> there.with(fresh).get(TENANTS).ok());
  }
}
