package io.quaymaster.admin.resource;

import static java.util.stream.Collectors.joining;

import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.tenant.Tenant;
import io.quaymaster.token.ApiToken;
import io.quaymaster.token.ApiTokens;
import io.quaymaster.token.FederatedAdmins;
import io.quaymaster.token.NewToken;
import io.quaymaster.token.Scope;
import io.quaymaster.token.TokenRole;
import io.quaymaster.token.WantedToken;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Tokens as JSON. */
final class TokenJson {
  private static final String ROLES =
      Arrays.stream(TokenRole.values()).map(TokenRole::wireName).collect(joining(", "));

  private TokenJson() {}

  @Schema(name = "NewToken")
  record Request(
      @Schema(
              description = "The audit log calls the admin so.",
              requiredMode = Schema.RequiredMode.REQUIRED,
              maxLength = 100)
          @Nullable String name,
      @Schema(
              requiredMode = Schema.RequiredMode.REQUIRED,
              allowableValues = {"platform-admin", "tenant-admin", "auditor"})
          @Nullable String role,
      @Schema(
              description =
                  "Required for a tenant-admin. An auditor without it reads of all tenants.")
          @Nullable String tenant,
      @Schema(
              description = "What it may do, of what the role may. Null: all of that.",
              example = "[\"accounts:read\",\"accounts:write\"]")
          @Nullable List<@Nullable String> scopes,
      @Schema(type = "string", format = "date-time") @Nullable String expiresAt) {
    /**
     * @throws io.quaymaster.refusal.Refusal.Invalid naming what is wrong in itself
     */
    WantedToken wanted() {
      FieldErrors errors = new FieldErrors();
      Fields fields = new Fields(errors);
      fields.text(name, "name", ApiTokens.MAX_NAME);
      errors.check(
          name == null || !name.startsWith(FederatedAdmins.PREFIX),
          "name",
          "must not begin with " + FederatedAdmins.PREFIX);
      Optional<TokenRole> known = Optional.ofNullable(role).flatMap(TokenRole::ofWireName);
      errors.check(known.isPresent(), "role", "is required: one of " + ROLES);
      known.ifPresent(r -> checkTenant(r, errors));
      Set<Scope> narrowed = known.map(r -> narrowed(r, fields, errors)).orElse(null);
      Instant expiry = fields.time(expiresAt, "expiresAt");
      errors.throwIfAny();
      return new WantedToken(
          name == null ? "" : name, known.orElseThrow(), tenant, narrowed, expiry);
    }

    private void checkTenant(TokenRole role, FieldErrors errors) {
      switch (role) {
        case PLATFORM_ADMIN ->
            errors.check(tenant == null, "tenant", "is not for a " + role.wireName());
        case TENANT_ADMIN ->
            errors.check(tenant != null, "tenant", "is required for a " + role.wireName());
        case AUDITOR -> {}
      }
    }

    private @Nullable Set<Scope> narrowed(TokenRole role, Fields fields, FieldErrors errors) {
      if (scopes == null) {
        return null;
      }
      errors.check(
          !scopes.isEmpty() && scopes.size() <= Scope.values().length,
          "scopes",
          "must have 1 to " + Scope.values().length + " names, or be left out");
      String some = "is none of " + String.join(", ", names(role.scopes()));
      return Set.copyOf(
          fields.each(
              scopes,
              "scopes",
              text ->
                  Fields.Parsed.of(Scope.ofWireName(text).filter(role.scopes()::contains), some)));
    }
  }

  @Schema(name = "Token")
  record Response(
      String id,
      String name,
      @Schema(allowableValues = {"platform-admin", "tenant-admin", "auditor"}) String role,
      @Nullable String tenant,
      @Schema(description = "All that it may do.") List<String> scopes,
      Instant createdAt,
      @Nullable Instant expiresAt,
      @Schema(description = "Exact to a minute.") @Nullable Instant lastUsedAt) {
    static Response of(ApiToken token) {
      Tenant tenant = token.tenant();
      return new Response(
          Long.toString(token.id()),
          token.name(),
          token.role().wireName(),
          tenant == null ? null : tenant.name(),
          names(token.scopes()),
          token.createdAt(),
          token.expiresAt(),
          token.lastUsedAt());
    }
  }

  @Schema(name = "CreatedToken")
  record Created(
      String id,
      String name,
      String role,
      @Nullable String tenant,
      List<String> scopes,
      @Schema(description = "The token itself; this is the only time that it is shown.")
          String token,
      Instant createdAt,
      @Nullable Instant expiresAt) {
    static Created of(NewToken made) {
      Response r = Response.of(made.token());
      return new Created(
          r.id(),
          r.name(),
          r.role(),
          r.tenant(),
          r.scopes(),
          made.text(),
          r.createdAt(),
          r.expiresAt());
    }

    @Override
    public String toString() {
      return "CreatedToken[" + name + ", ***]";
    }
  }

  /** Always in the same order. */
  static List<String> names(Collection<Scope> scopes) {
    return scopes.stream().sorted().map(Scope::wireName).toList();
  }
}
