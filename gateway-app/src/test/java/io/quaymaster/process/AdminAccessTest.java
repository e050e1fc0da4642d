package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.access.GuessLimits;
import io.quaymaster.admin.oidc.OidcSettings;
import io.quaymaster.admission.NetworkBlocks;
import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.settings.Settings;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.StandardEnvironment;

class AdminAccessTest {
  /** Without the variables and properties of whoever runs the tests. */
  private static GatewayProperties settings(Map<String, Object> values) {
    StandardEnvironment environment =
        new StandardEnvironment() {
          @Override
          protected void customizePropertySources(MutablePropertySources sources) {}
        };
    environment.getPropertySources().addFirst(new MapPropertySource("test", values));
    return Settings.read(environment);
  }

  @Test
  void nobodyComesFromAnIdentityProviderUnlessOneIsNamed() {
    assertThat(AdminAccess.oidc(settings(Map.of()).admin().oidc())).isEmpty();
  }

  @Test
  void eachSettingOfAnIdentityProviderFindsItsPlace() {
    String oidc = "quaymaster.admin.oidc.";
    Map<String, Object> given =
        Map.of(
            oidc + "issuer", "https://id.example.com",
            oidc + "jwk-set-uri", "https://id.example.com/keys",
            oidc + "audience", "quaymaster",
            oidc + "clock-skew", "5s",
            oidc + "name-claim", "email",
            oidc + "roles-claim", "realm_access.roles",
            oidc + "roles.platform-admin", "root,ops",
            oidc + "roles.tenant-admin", "partners",
            oidc + "roles.auditor", "audit",
            oidc + "roles.tenant-auditor", "readers");

    assertThat(AdminAccess.oidc(settings(given).admin().oidc()))
        .contains(
            new OidcSettings(
                "https://id.example.com",
                URI.create("https://id.example.com/keys"),
                "quaymaster",
                Duration.ofSeconds(5),
                new OidcSettings.Claims("email", "realm_access.roles", "tenant"),
                new OidcSettings.Roles(
                    Set.of("root", "ops"),
                    Set.of("partners"),
                    Set.of("audit"),
                    Set.of("readers"))));
  }

  @Test
  void aSourceOfWrongTokensIsWhatItIsForStrangers() {
    assertThat(AdminAccess.guessLimits(settings(Map.of()))).isEqualTo(GuessLimits.DEFAULTS);
    Map<String, Object> given =
        Map.of(
            "quaymaster.admin.wrong-tokens.per-minute", "7",
            "quaymaster.admin.wrong-tokens.tries-per-second", "8",
            "quaymaster.admission.ipv4-prefix", "24",
            "quaymaster.admission.ipv6-prefix", "48");
    assertThat(AdminAccess.guessLimits(settings(given)))
        .isEqualTo(new GuessLimits(7, 8, new NetworkBlocks(24, 48)));
  }
}
