package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.TOKENS_READ;
import static io.quaymaster.token.Scope.TOKENS_WRITE;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.http.Page;
import io.quaymaster.admin.http.Paging;
import io.quaymaster.tenant.Tenant;
import io.quaymaster.token.ApiToken;
import io.quaymaster.token.ApiTokens;
import io.quaymaster.token.NewToken;
import io.quaymaster.token.WantedToken;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.Map;
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
  private final ApiTokens tokens;
  private final AdminAudit audit;

  public TokenController(ApiTokens tokens, AdminAudit audit) {
    this.tokens = tokens;
    this.audit = audit;
  }

  @Allowed(role = TENANT_ADMIN, scope = TOKENS_WRITE)
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(summary = "Makes a token, and shows it this once")
  ResponseEntity<TokenJson.Created> create(
      @RequestBody TokenJson.Request body, AdminRequest request) {
    WantedToken wanted = body.wanted();
    NewToken made = tokens.create(request.admin(), wanted);
    audit.changed(request, "token.create", wanted.tenant(), null, detail(made.token()));
    return ResponseEntity.created(URI.create("/api/v1/tokens/" + made.token().id()))
        .body(TokenJson.Created.of(made));
  }

  @Allowed(role = TENANT_ADMIN, scope = TOKENS_READ)
  @GetMapping
  @Operation(summary = "Lists tokens that are not revoked")
  Page<TokenJson.Response> list(
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit,
      AdminRequest request) {
    Paging paging = Paging.of(cursor, limit);
    return Page.of(
        tokens.list(request.admin(), paging.after(), paging.limitAndOne()),
        paging,
        ApiToken::id,
        TokenJson.Response::of);
  }

  @Allowed(role = TENANT_ADMIN, scope = TOKENS_READ)
  @GetMapping("/{id}")
  @Operation(summary = "Shows a token, without the token itself")
  TokenJson.Response get(@PathVariable long id, AdminRequest request) {
    return TokenJson.Response.of(tokens.get(request.admin(), id));
  }

  @Allowed(role = TENANT_ADMIN, scope = TOKENS_WRITE)
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
    return Map.of(
        "token",
        Long.toString(token.id()),
        "name",
        token.name(),
        "role",
        token.role().wireName(),
        "scopes",
        String.join(" ", TokenJson.names(token.scopes())));
  }
}
