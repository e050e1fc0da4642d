package io.quaymaster.admin.resource;

import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.http.Page;
import io.quaymaster.admin.http.Paging;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.tenant.Tenant;
import io.quaymaster.token.ApiToken;
import io.quaymaster.token.ApiTokens;
import io.quaymaster.token.NewToken;
import io.quaymaster.token.TokenRole;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/tokens}. A tenant admin sees and makes those of its own tenant. */
@RestController
@RequestMapping(path = "/api/v1/tokens", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Tokens")
public class TokenController {
  @Schema(name = "NewToken")
  record Request(
      @Schema(
              description = "The audit log calls the admin so.",
              requiredMode = Schema.RequiredMode.REQUIRED,
              maxLength = 100)
          @Nullable String name,
      @Schema(
              requiredMode = Schema.RequiredMode.REQUIRED,
              allowableValues = {"platform-admin", "tenant-admin"})
          @Nullable String role,
      @Schema(description = "For a tenant-admin.") @Nullable String tenant,
      @Schema(type = "string", format = "date-time") @Nullable String expiresAt) {
    /** A request that is right in itself. */
    record Checked(String name, @Nullable String tenant, @Nullable Instant expiresAt) {}

    Checked checked() {
      FieldErrors errors = new FieldErrors();
      Fields fields = new Fields(errors);
      fields.text(name, "name", ApiTokens.MAX_NAME);
      Optional<TokenRole> known = Optional.ofNullable(role).flatMap(TokenRole::ofWireName);
      errors.check(known.isPresent(), "role", "is required: platform-admin or tenant-admin");
      known.ifPresent(
          r ->
              errors.check(
                  (r == TokenRole.TENANT_ADMIN) == (tenant != null),
                  "tenant",
                  r == TokenRole.TENANT_ADMIN
                      ? "is required for a tenant-admin"
                      : "is for a tenant-admin only"));
      Instant expiry = fields.time(expiresAt, "expiresAt");
      errors.throwIfAny();
      return new Checked(name == null ? "" : name, tenant, expiry);
    }
  }

  @Schema(name = "Token")
  record Response(
      String id,
      String name,
      @Schema(allowableValues = {"platform-admin", "tenant-admin"}) String role,
      @Nullable String tenant,
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
      @Schema(description = "The token itself; this is the only time that it is shown.")
          String token,
      Instant createdAt,
      @Nullable Instant expiresAt) {
    static Created of(NewToken made) {
      Response r = Response.of(made.token());
      return new Created(
          r.id(), r.name(), r.role(), r.tenant(), made.text(), r.createdAt(), r.expiresAt());
    }

    @Override
    public String toString() {
      return "CreatedToken[" + name + ", ***]";
    }
  }

  private final ApiTokens tokens;
  private final AdminAudit audit;

  public TokenController(ApiTokens tokens, AdminAudit audit) {
    this.tokens = tokens;
    this.audit = audit;
  }

  @Allowed(TENANT_ADMIN)
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(summary = "Makes a token, and shows it this once")
  ResponseEntity<Created> create(@RequestBody Request body, AdminRequest request) {
    Request.Checked wanted = body.checked();
    NewToken made =
        tokens.create(request.admin(), wanted.name(), wanted.tenant(), wanted.expiresAt());
    audit.changed(request, "token.create", wanted.tenant(), null, detail(made.token()));
    return ResponseEntity.created(URI.create("/api/v1/tokens/" + made.token().id()))
        .body(Created.of(made));
  }

  @Allowed(TENANT_ADMIN)
  @GetMapping
  @Operation(summary = "Lists tokens that are not revoked")
  Page<Response> list(
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit,
      AdminRequest request) {
    Paging paging = Paging.of(cursor, limit);
    return Page.of(
        tokens.list(request.admin(), paging.after(), paging.limitAndOne()),
        paging,
        ApiToken::id,
        Response::of);
  }

  @Allowed(TENANT_ADMIN)
  @GetMapping("/{id}")
  @Operation(summary = "Shows a token, without the token itself")
  Response get(@PathVariable long id, AdminRequest request) {
    return Response.of(tokens.get(request.admin(), id));
  }

  @Allowed(TENANT_ADMIN)
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Revokes a token")
  void revoke(@PathVariable long id, AdminRequest request) {
    ApiToken token = tokens.revoke(request.admin(), id);
    Tenant tenant = token.tenant();
    audit.changed(
        request, "token.revoke", tenant == null ? null : tenant.name(), null, detail(token));
  }

  private static Map<String, String> detail(ApiToken token) {
    return Map.of("token", Long.toString(token.id()), "name", token.name());
  }
}
