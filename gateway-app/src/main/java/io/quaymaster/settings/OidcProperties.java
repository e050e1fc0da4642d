package io.quaymaster.settings;

import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Admins who sign in at an OpenID Connect provider.
 *
 * @param issuer as its tokens say it; null: nobody does
 * @param jwkSetUri where its keys are
 * @param audience what its tokens call this gateway
 * @param clockSkew by which its clock may differ
 * @param nameClaim what the audit log calls the admin
 * @param rolesClaim a text or a list of them
 * @param tenantClaim whose admin it is, for roles of one tenant
 */
public record OidcProperties(
    @Nullable String issuer,
    @Nullable String jwkSetUri,
    @Nullable String audience,
    @DefaultValue("30s") Duration clockSkew,
    @DefaultValue("sub") String nameClaim,
    @DefaultValue("roles") String rolesClaim,
    @DefaultValue("tenant") String tenantClaim,
    @DefaultValue Roles roles) {
  private static final String PREFIX = "quaymaster.admin.oidc.";

  /** The values of the claim of roles that make somebody what. */
  public record Roles(
      @DefaultValue List<String> platformAdmin,
      @DefaultValue List<String> tenantAdmin,
      @DefaultValue List<String> auditor,
      @DefaultValue List<String> tenantAuditor) {
    private static final int MOST = 100;

    public Roles {
      Set<String> known = new HashSet<>();
      platformAdmin = checked("platform-admin", platformAdmin, known);
      tenantAdmin = checked("tenant-admin", tenantAdmin, known);
      auditor = checked("auditor", auditor, known);
      tenantAuditor = checked("tenant-auditor", tenantAuditor, known);
    }

    private static List<String> checked(String role, List<String> values, Set<String> known) {
      String setting = PREFIX + "roles." + role;
      List<String> texts = values.stream().filter(v -> !v.isBlank()).distinct().toList();
      Bounds.number("the length of " + setting, texts.size(), 0, MOST);
      for (String text : texts) {
        if (!known.add(text)) {
          throw Bounds.refused(setting, "'" + text + "' as for another role", "one role a value");
        }
      }
      return texts;
    }

    boolean isEmpty() {
      return platformAdmin.isEmpty()
          && tenantAdmin.isEmpty()
          && auditor.isEmpty()
          && tenantAuditor.isEmpty();
    }
  }

  public OidcProperties {
    issuer = Bounds.textOrNull(issuer);
    jwkSetUri = Bounds.textOrNull(jwkSetUri);
    audience = Bounds.textOrNull(audience);
    Bounds.duration(PREFIX + "clock-skew", clockSkew, Duration.ZERO, Duration.ofMinutes(5));
    if (issuer != null) {
      required("jwk-set-uri", jwkSetUri);
      required("audience", audience);
      required("name-claim", nameClaim);
      required("roles-claim", rolesClaim);
      required("tenant-claim", tenantClaim);
      if (roles.isEmpty()) {
        throw Bounds.refused(PREFIX + "roles", "empty", "values of the claim for a role at least");
      }
    } else if (jwkSetUri != null || audience != null || !roles.isEmpty()) {
      required("issuer", issuer);
    }
    if (jwkSetUri != null) {
      checkUri(jwkSetUri);
    }
  }

  private static void required(String name, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw Bounds.refused(
          PREFIX + name,
          "empty",
          "a value, since other settings below quaymaster.admin.oidc have one");
    }
  }

  /** Whoever can change the keys on their way makes himself a platform admin. */
  private static void checkUri(String text) {
    String allowed = "an https URL (http for this machine only)";
    try {
      URI uri = new URI(text);
      String host = uri.getHost();
      boolean safe =
          host != null
              && ("https".equals(uri.getScheme())
                  || ("http".equals(uri.getScheme()) && isLoopback(host)));
      if (!safe || uri.getUserInfo() != null || uri.getFragment() != null) {
        throw Bounds.refused(PREFIX + "jwk-set-uri", "'" + text + "'", allowed);
      }
    } catch (URISyntaxException noUri) {
      throw Bounds.refused(PREFIX + "jwk-set-uri", "'" + text + "'", allowed);
    }
  }

  /** Addresses and localhost only: what a name means is up to whoever answers for it. */
  private static boolean isLoopback(String host) {
    if (host.equals("localhost")) {
      return true;
    }
    if (!host.matches("[0-9.]+|\\[[0-9a-fA-F:]+]")) {
      return false;
    }
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException noAddress) {
      return false;
    }
  }
}
