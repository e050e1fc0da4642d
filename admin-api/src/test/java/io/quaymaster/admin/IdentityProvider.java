package io.quaymaster.admin;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.quaymaster.admin.oidc.OidcSettings;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** An OpenID Connect provider: a real HTTP server with a JWK set, and tokens that it signs. */
public final class IdentityProvider implements AutoCloseable {
  static final String ISSUER = "https://id.example.com/realms/ops";
  static final String AUDIENCE = "quaymaster";

  final RSAKey rsa = rsa("rsa-1");
  final ECKey ec = ec("ec-1");
  final AtomicInteger asked = new AtomicInteger();

  private final HttpServer server;
  private volatile int status = 200;
  private volatile String served = "";

  public IdentityProvider() throws IOException {
    serve(rsa, ec);
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/jwks",
        exchange -> {
          asked.incrementAndGet();
          byte[] body = served.getBytes(StandardCharsets.UTF_8);
          if (status == 302) {
            exchange.getResponseHeaders().add("Location", "/elsewhere");
          }
          exchange.sendResponseHeaders(status, body.length);
          try (OutputStream out = exchange.getResponseBody()) {
            out.write(body);
          }
        });
    server.start();
  }

  /** A key of its own. */
  public static JWK key(String id) {
    return rsa(id);
  }

  static RSAKey rsa(String id) {
    try {
      return new RSAKeyGenerator(2048).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  static ECKey ec(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Shows the public halves of these keys from now on. */
  public void serve(JWK... keys) {
    serve(new JWKSet(List.of(keys)).toPublicJWKSet().toString());
  }

  public void serve(String body) {
    served = body;
  }

  /** Answers so from now on. */
  public void answer(int otherStatus) {
    status = otherStatus;
  }

  public int asked() {
    return asked.get();
  }

  public URI jwkSet() {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/jwks");
  }

  OidcSettings settings() {
    return new OidcSettings(
        ISSUER,
        jwkSet(),
        AUDIENCE,
        Duration.ofSeconds(30),
        new OidcSettings.Claims("sub", "realm_access.roles", "tenant"),
        new OidcSettings.Roles(
            Set.of("qm-root"), Set.of("qm-admin"), Set.of("qm-auditor"), Set.of("qm-reader")));
  }

  /** What a good token of this person says. */
  static JWTClaimsSet.Builder claims(String subject, @Nullable String role) {
    Instant now = Instant.now();
    JWTClaimsSet.Builder claims =
        new JWTClaimsSet.Builder()
            .issuer(ISSUER)
            .audience(List.of("something-else", AUDIENCE))
            .subject(subject)
            .issueTime(Date.from(now))
            .notBeforeTime(Date.from(now))
            .expirationTime(Date.from(now.plus(Duration.ofMinutes(5))));
    return role == null
        ? claims
        : claims.claim("realm_access", Map.of("roles", List.of("offline_access", role)));
  }

  String token(JWTClaimsSet.Builder claims) {
    return sign(JWSAlgorithm.RS256, rsa, claims);
  }

  static String sign(JWSAlgorithm algorithm, JWK key, JWTClaimsSet.Builder claims) {
    return sign(
        new JWSHeader.Builder(algorithm).type(JOSEObjectType.JWT).keyID(key.getKeyID()).build(),
        key,
        claims);
  }

  static String sign(JWSHeader header, JWK key, JWTClaimsSet.Builder claims) {
    try {
      SignedJWT jwt = new SignedJWT(header, claims.build());
      jwt.sign(key instanceof RSAKey rsa ? new RSASSASigner(rsa) : new ECDSASigner(key.toECKey()));
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Signed with a shared secret. */
  static String mac(String keyId, byte[] secret, JWTClaimsSet.Builder claims) {
    try {
      SignedJWT jwt =
          new SignedJWT(
              new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(keyId).build(), claims.build());
      jwt.sign(new MACSigner(secret));
      return jwt.serialize();
    } catch (JOSEException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
