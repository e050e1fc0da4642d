package io.quaymaster.admin.resource;

import io.quaymaster.credential.AccessHours;
import io.quaymaster.credential.AuthenticationMethods;
import io.quaymaster.credential.AuthenticationPolicy;
import io.quaymaster.credential.PasswordPolicy;
import io.quaymaster.refusal.FieldErrors;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What lets in, and when, in JSON: of accounts and of tenants. */
final class AuthenticationJson {
  private AuthenticationJson() {}

  @Schema(
      name = "AccessHours",
      description = "When somebody may log in. A session that is open when a window ends goes on.")
  record Hours(
      @Schema(example = "Europe/Berlin") @Nullable String zone,
      @Schema(description = "At least one.", maxLength = 32, example = "[\"mon-fri 08:00-18:00\"]")
          @Nullable List<@Nullable String> windows) {}

  @Schema(
      name = "Authentication",
      description = "null: what the tenant says; of a tenant, what the gateway does by default.")
  record OfAccount(
      @Schema(
              description =
                  "Chains as sshd_config's AuthenticationMethods: any one, complete and in order,"
                      + " lets in. Steps: publickey, password, keyboard-interactive (a code of an"
                      + " authenticator app), keyboard-interactive:password.",
              maxLength = 16,
              example = "[\"publickey,keyboard-interactive\"]")
          @Nullable List<@Nullable String> methods,
      @Nullable Hours hours) {}

  @Schema(name = "PasswordPolicy", description = "For new passwords of all accounts.")
  record Passwords(
      @Schema(description = "Default 8.", minimum = "1", maximum = "128")
          @Nullable Integer minLength,
      @Schema(
              description = "Days after which a password lets in no more; null: it does for ever.",
              minimum = "1",
              maximum = "3650")
          @Nullable Integer maxAgeDays) {}

  @Schema(name = "TenantAuthentication", description = "For accounts that say nothing themselves.")
  record OfTenant(
      @Schema(description = "As an account's.", example = "[\"publickey\",\"password\"]")
          @Nullable List<@Nullable String> methods,
      @Nullable Hours hours,
      @Nullable Passwords passwords) {
    AuthenticationPolicy policy(FieldErrors errors) {
      return read(methods, hours, errors);
    }

    PasswordPolicy passwordPolicy(FieldErrors errors) {
      if (passwords == null) {
        return PasswordPolicy.DEFAULT;
      }
      between(
          passwords.minLength(),
          PasswordPolicy.MAX_MIN_LENGTH,
          "authentication.passwords.minLength",
          errors);
      between(
          passwords.maxAgeDays(),
          PasswordPolicy.MAX_AGE_DAYS,
          "authentication.passwords.maxAgeDays",
          errors);
      return new PasswordPolicy(passwords.minLength(), passwords.maxAgeDays());
    }
  }

  private static void between(@Nullable Integer value, int most, String field, FieldErrors errors) {
    errors.check(value == null || (value >= 1 && value <= most), field, "must be 1 to " + most);
  }

  static AuthenticationPolicy read(@Nullable OfAccount json, FieldErrors errors) {
    return json == null ? AuthenticationPolicy.OPEN : read(json.methods(), json.hours(), errors);
  }

  private static AuthenticationPolicy read(
      @Nullable List<@Nullable String> methods, @Nullable Hours hours, FieldErrors errors) {
    Fields fields = new Fields(errors);
    return new AuthenticationPolicy(methods(methods, fields, errors), hours(hours, fields, errors));
  }

  private static @Nullable AuthenticationMethods methods(
      @Nullable List<@Nullable String> chains, Fields fields, FieldErrors errors) {
    String field = "authentication.methods";
    if (chains == null
        || !errors.check(
            !chains.isEmpty() && chains.size() <= AuthenticationMethods.MAX_CHAINS,
            field,
            "must be 1 to " + AuthenticationMethods.MAX_CHAINS + " chains, or null")) {
      return null;
    }
    List<AuthenticationMethods.Chain> read =
        fields
            .each(chains, field, text -> Fields.parsed(text, AuthenticationMethods.Chain::parse))
            .stream()
            .distinct()
            .toList();
    return read.isEmpty() ? null : new AuthenticationMethods(read);
  }

  private static @Nullable AccessHours hours(
      @Nullable Hours hours, Fields fields, FieldErrors errors) {
    if (hours == null) {
      return null;
    }
    Optional<ZoneId> zone =
        fields.required(hours.zone(), "authentication.hours.zone", AccessHours::parseZone);
    String field = "authentication.hours.windows";
    List<@Nullable String> windows = hours.windows();
    if (windows == null
        || !errors.check(
            !windows.isEmpty() && windows.size() <= AccessHours.MAX_WINDOWS,
            field,
            "must be 1 to " + AccessHours.MAX_WINDOWS + " windows")) {
      errors.check(windows != null, field, "is required");
      return null;
    }
    List<AccessHours.Window> read =
        fields.each(windows, field, text -> Fields.parsed(text, AccessHours.Window::parse));
    return zone.map(z -> new AccessHours(z, read)).orElse(null);
  }

  static OfAccount shown(AuthenticationPolicy policy) {
    return new OfAccount(shownMethods(policy), shownHours(policy));
  }

  static OfTenant shown(AuthenticationPolicy policy, PasswordPolicy passwords) {
    return new OfTenant(
        shownMethods(policy),
        shownHours(policy),
        new Passwords(passwords.minLength(), passwords.maxAgeDays()));
  }

  private static @Nullable List<@Nullable String> shownMethods(AuthenticationPolicy policy) {
    AuthenticationMethods methods = policy.methods();
    return methods == null ? null : nullable(methods.texts());
  }

  private static @Nullable Hours shownHours(AuthenticationPolicy policy) {
    AccessHours hours = policy.hours();
    return hours == null ? null : new Hours(hours.zone().getId(), nullable(hours.texts()));
  }

  private static List<@Nullable String> nullable(List<String> texts) {
    return texts.stream().<@Nullable String>map(text -> text).toList();
  }
}
