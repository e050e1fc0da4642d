package io.quaymaster.admin.oidc;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.proc.BadJWTException;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import io.quaymaster.token.Admin;
import io.quaymaster.token.FederatedAdmins;
import io.quaymaster.token.TokenRole;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtAudienceValidator;
import org.springframework.security.oauth2.jwt.JwtException;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtValidationException;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;

/**
 * Says which admin a JSON Web Token stands for (RFC 7519, RFC 9068). Believed are signatures with
 * the provider's public keys and nothing else: no key that a token brings along, no shared secret,
 * no missing signature. Threads: any.
 */
public final class JwtAdmins {
  /** RFC 8725, section 3.1: what is allowed is said here, not by the token. */
  private static final Set<JWSAlgorithm> ALGORITHMS = asymmetric();

  private static final Pattern FORM = Pattern.compile("[\\w-]+\\.[\\w-]+\\.[\\w-]*");
  private static final JOSEObjectType ACCESS_TOKEN = new JOSEObjectType("at+jwt");
  private static final Logger log = LoggerFactory.getLogger(JwtAdmins.class);

  private final OidcSettings settings;
  private final FederatedAdmins admins;
  private final NimbusJwtDecoder decoder;

  public JwtAdmins(OidcSettings settings, FederatedAdmins admins, Clock clock) {
    this.settings = settings;
    this.admins = admins;
    this.decoder = decoder(settings, clock);
  }

  private static Set<JWSAlgorithm> asymmetric() {
    Set<JWSAlgorithm> all = new LinkedHashSet<>(JWSAlgorithm.Family.RSA);
    all.addAll(JWSAlgorithm.Family.EC);
    all.remove(JWSAlgorithm.ES256K);
    return Set.copyOf(all);
  }

  private static NimbusJwtDecoder decoder(OidcSettings settings, Clock clock) {
    DefaultJWTProcessor<SecurityContext> signatures = new DefaultJWTProcessor<>();
    signatures.setJWSTypeVerifier(
        new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, ACCESS_TOKEN, null));
    signatures.setJWSKeySelector(
        new JWSVerificationKeySelector<>(ALGORITHMS, new ProviderKeys(settings.jwkSet(), clock)));
    signatures.setJWTClaimsSetVerifier((claims, _) -> requireIssueTime(claims));
    JwtTimestampValidator times = new JwtTimestampValidator(settings.skew());
    times.setClock(clock);
    times.setAllowEmptyExpiryClaim(false);
    NimbusJwtDecoder decoder = new NimbusJwtDecoder(signatures);
    decoder.setJwtValidator(
        new DelegatingOAuth2TokenValidator<>(
            List.of(
                times,
                new JwtIssuerValidator(settings.issuer()),
                new JwtAudienceValidator(settings.audience()))));
    return decoder;
  }

  /**
   * RFC 9068, section 2.2, wants it, and Spring's decoder would make one up. All else is for the
   * validators, which know our clock.
   */
  private static void requireIssueTime(JWTClaimsSet claims) throws BadJWTException {
    if (claims.getIssueTime() == null) {
      throw new BadJWTException("iat is required");
    }
  }

  /**
   * Whether something could be a signed token (RFC 7515, section 7.1), or one without signature.
   */
  public static boolean hasForm(String token) {
    return FORM.matcher(token).matches();
  }

  /**
   * Empty for a token that is nobody's, and for somebody's who is no admin here.
   *
   * @throws IdentityProviderAway if that cannot be said
   */
  public Optional<Admin> check(String token) {
    try {
      return admin(decoder.decode(token));
    } catch (JwtValidationException wrong) {
      // Signed by the provider: whoever set this up wants to know.
      return refused(wrong.getMessage());
    } catch (JwtException wrong) {
      if (isUnknowable(wrong)) {
        throw new IdentityProviderAway(wrong);
      }
      log.debug("A JWT is not believed: {}", wrong.getMessage());
      return Optional.empty();
    }
  }

  private static boolean isUnknowable(JwtException failure) {
    return failure.getCause() instanceof KeySourceException;
  }

  private Optional<Admin> admin(Jwt jwt) {
    ClaimReader claims = new ClaimReader(jwt.getClaims());
    Optional<String> name = claims.text(settings.claims().name());
    if (name.isEmpty()) {
      return refused("the claim " + settings.claims().name() + " names nobody");
    }
    Set<String> values = claims.texts(settings.claims().roles());
    OidcSettings.Roles roles = settings.roles();
    if (hasAny(values, roles.platformAdmins())) {
      return Optional.of(admins.ofPlatform(name.get(), TokenRole.PLATFORM_ADMIN));
    }
    if (hasAny(values, roles.tenantAdmins())) {
      return ofTenant(name.get(), TokenRole.TENANT_ADMIN, claims, jwt.getIssuedAt());
    }
    if (hasAny(values, roles.auditors())) {
      return Optional.of(admins.ofPlatform(name.get(), TokenRole.AUDITOR));
    }
    if (hasAny(values, roles.tenantAuditors())) {
      return ofTenant(name.get(), TokenRole.AUDITOR, claims, jwt.getIssuedAt());
    }
    return refused(
        "the claim %s of %s has no value that is mapped to a role"
            .formatted(settings.claims().roles(), name.get()));
  }

  private static boolean hasAny(Set<String> values, Set<String> wanted) {
    return values.stream().anyMatch(wanted::contains);
  }

  private Optional<Admin> ofTenant(
      String name, TokenRole role, ClaimReader claims, @Nullable Instant issuedAt) {
    Optional<String> tenant = claims.text(settings.claims().tenant());
    if (tenant.isEmpty() || issuedAt == null) {
      return refused(
          "%s has a role in a tenant (%s), and no claim %s"
              .formatted(name, role.wireName(), settings.claims().tenant()));
    }
    Optional<Admin> admin = admins.ofTenant(name, role, tenant.get(), issuedAt);
    return admin.isPresent()
        ? admin
        : refused(
            "%s is of tenant %s, which is not there or younger than the token"
                .formatted(name, tenant.get()));
  }

  private static Optional<Admin> refused(@Nullable String reason) {
    log.info("A JWT of the identity provider is refused: {}", reason);
    return Optional.empty();
  }
}
