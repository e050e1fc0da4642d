package io.quaymaster.admin.resource;

import io.quaymaster.credential.AuthenticationPolicy;
import io.quaymaster.credential.PasswordPolicy;
import io.quaymaster.login.LoginName;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.tenant.TenantDetails;
import io.quaymaster.tenant.TenantLimits;
import io.quaymaster.tenant.TenantSettings;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Tenants in JSON. */
final class TenantJson {
  private TenantJson() {}

  @Schema(name = "TenantLimits", description = "Limits over all accounts; null: none.")
  record Limits(
      @Schema(description = "Sum of all files' sizes, in bytes.", minimum = "0")
          @Nullable Long bytes,
      @Schema(description = "Number of files.", minimum = "0") @Nullable Long files,
      @Schema(description = "Sessions at once.", minimum = "0") @Nullable Long sessions,
      @Schema(description = "Bytes per second in each direction.", minimum = "1")
          @Nullable Long bytesPerSecond) {
    static final Limits NONE = new Limits(null, null, null, null);
  }

  @Schema(name = "NewTenant")
  record Request(
      @Schema(
              description = "Part of login names; never changes.",
              requiredMode = Schema.RequiredMode.REQUIRED,
              pattern = "^[a-z0-9][a-z0-9-]{0,62}$",
              example = "acme")
          @Nullable String name,
      @Schema(description = "For people; the name if absent.", maxLength = 200)
          @Nullable String displayName,
      @Nullable Limits limits,
      AuthenticationJson.@Nullable OfTenant authentication) {
    TenantSettings settings(FieldErrors errors) {
      boolean named = name != null && LoginName.TENANT.matcher(name).matches();
      errors.check(named, "name", NAME_RULE);
      // What is wrong with the name is not wrong with the display name a second time.
      String derived = named ? name : "-";
      return new Body(displayName == null ? derived : displayName, limits, authentication)
          .settings(errors);
    }
  }

  static final String NAME_RULE =
      "is required: 1 to 63 lower-case letters, digits and hyphens, no hyphen first";

  @Schema(name = "TenantPatch", description = "What is absent stays; null takes away.")
  record Body(
      @Schema(maxLength = 200) @Nullable String displayName,
      @Nullable Limits limits,
      AuthenticationJson.@Nullable OfTenant authentication) {
    static Body of(TenantSettings settings) {
      TenantLimits l = settings.limits();
      return new Body(
          settings.displayName(),
          new Limits(l.bytes(), l.files(), l.sessions(), l.bytesPerSecond()),
          AuthenticationJson.shown(settings.authentication(), settings.passwords()));
    }

    TenantSettings settings(FieldErrors errors) {
      Fields fields = new Fields(errors);
      fields.text(displayName, "displayName", TenantSettings.MAX_DISPLAY_NAME);
      Limits l = limits == null ? Limits.NONE : limits;
      fields.limit(l.bytes(), "limits.bytes", 0);
      fields.limit(l.files(), "limits.files", 0);
      fields.limit(l.sessions(), "limits.sessions", 0);
      fields.limit(l.bytesPerSecond(), "limits.bytesPerSecond", 1);
      return new TenantSettings(
          displayName == null ? "" : displayName,
          new TenantLimits(l.bytes(), l.files(), l.sessions(), l.bytesPerSecond()),
          authentication == null ? AuthenticationPolicy.OPEN : authentication.policy(errors),
          authentication == null ? PasswordPolicy.DEFAULT : authentication.passwordPolicy(errors));
    }
  }

  @Schema(name = "Tenant")
  record Response(
      String name,
      String displayName,
      Limits limits,
      AuthenticationJson.OfTenant authentication,
      Instant createdAt,
      Instant updatedAt) {
    static Response of(TenantDetails tenant) {
      TenantLimits l = tenant.settings().limits();
      return new Response(
          tenant.name(),
          tenant.settings().displayName(),
          new Limits(l.bytes(), l.files(), l.sessions(), l.bytesPerSecond()),
          AuthenticationJson.shown(
              tenant.settings().authentication(), tenant.settings().passwords()),
          tenant.createdAt(),
          tenant.updatedAt());
    }
  }
}
