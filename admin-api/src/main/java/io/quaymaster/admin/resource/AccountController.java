package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.ACCOUNTS_READ;
import static io.quaymaster.token.Scope.ACCOUNTS_WRITE;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.account.AccountDetails;
import io.quaymaster.account.AccountSettings;
import io.quaymaster.account.Accounts;
import io.quaymaster.account.NewPassword;
import io.quaymaster.account.PasswordChange;
import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.http.ETags;
import io.quaymaster.admin.http.MergePatch;
import io.quaymaster.admin.http.Page;
import io.quaymaster.admin.http.Paging;
import io.quaymaster.login.LoginName;
import io.quaymaster.refusal.FieldErrors;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/v1/tenants/{tenant}/accounts}. */
@RestController
@RequestMapping(
    path = "/api/v1/tenants/{tenant}/accounts",
    produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Accounts")
public class AccountController {
  private static final String PASSWORD = "password";
  private static final String USERNAME = "username";

  private final Accounts accounts;
  private final MergePatch patches;
  private final AdminAudit audit;

  public AccountController(Accounts accounts, MergePatch patches, AdminAudit audit) {
    this.accounts = accounts;
    this.patches = patches;
    this.audit = audit;
  }

  @Allowed(role = TENANT_ADMIN, scope = ACCOUNTS_WRITE)
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(summary = "Makes an account")
  ResponseEntity<AccountJson.Response> create(
      @PathVariable String tenant, @RequestBody AccountJson.Request body, AdminRequest request) {
    FieldErrors errors = new FieldErrors();
    String username = body.username() == null ? "" : body.username();
    errors.check(
        LoginName.USERNAME.matcher(username).matches(),
        USERNAME,
        "is required: 1 to 64 letters, digits and . _ @ + -, first a letter, digit or _");
    String password = body.password();
    if (password != null) {
      AccountForm.checkPassword(password, errors);
    }
    AccountSettings settings = AccountForm.read(body.body(), errors);
    AccountDetails made = accounts.create(tenant, username, password, settings);
    audit.changed(request, "account.create", tenant, username, Map.of());
    return ResponseEntity.created(
            UriComponentsBuilder.fromPath("/api/v1/tenants/{tenant}/accounts/{username}")
                .build(tenant, username))
        .eTag(ETags.of(made.version()))
        .body(AccountJson.Response.of(made));
  }

  @Allowed(role = TENANT_ADMIN, scope = ACCOUNTS_READ)
  @GetMapping
  @Operation(summary = "Lists a tenant's accounts")
  Page<AccountJson.Response> list(
      @PathVariable String tenant,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit) {
    Paging paging = Paging.of(cursor, limit);
    return Page.of(
        accounts.list(tenant, paging.after(), paging.limitAndOne()),
        paging,
        AccountDetails::id,
        AccountJson.Response::of);
  }

  @Allowed(role = TENANT_ADMIN, scope = ACCOUNTS_READ)
  @GetMapping("/{username}")
  @Operation(summary = "Shows an account, without its password")
  ResponseEntity<AccountJson.Response> get(
      @PathVariable String tenant, @PathVariable String username) {
    return shown(accounts.get(tenant, username));
  }

  @Allowed(role = TENANT_ADMIN, scope = ACCOUNTS_WRITE)
  @PatchMapping(
      path = "/{username}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"})
  @Operation(
      summary = "Changes an account (JSON merge patch)",
      description =
          "Taking a protocol or a source away, or an expiry in the past, ends the account's"
              + " sessions at once; everything else holds from the next login on.",
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              required = true,
              content = {
                @Content(
                    mediaType = MediaType.APPLICATION_JSON_VALUE,
                    schema = @Schema(implementation = AccountJson.Patch.class)),
                @Content(
                    mediaType = "application/merge-patch+json",
                    schema = @Schema(implementation = AccountJson.Patch.class))
              }))
  ResponseEntity<AccountJson.Response> change(
      @PathVariable String tenant,
      @PathVariable String username,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestBody JsonNode body,
      AdminRequest request) {
    ObjectNode patch = patches.read(body);
    FieldErrors early = new FieldErrors();
    checkUsername(patch, username, early);
    PasswordChange password = password(patch, early);
    List<String> changed = new ArrayList<>();
    if (!(password instanceof PasswordChange.Keep)) {
      changed.add(PASSWORD);
    }
    early.throwIfAny();
    AccountDetails now =
        accounts.change(
            tenant,
            username,
            ETags.expected(ifMatch),
            password,
            before -> {
              AccountJson.Body was = AccountForm.shown(before);
              AccountSettings after =
                  AccountForm.read(
                      patches.apply(was, patch, AccountJson.Body.class), new FieldErrors());
              changed.addAll(patches.differences(was, AccountForm.shown(after)));
              return after;
            });
    audit.changed(
        request, "account.update", tenant, username, Map.of("fields", String.join(",", changed)));
    return shown(now);
  }

  private static void checkUsername(ObjectNode patch, String username, FieldErrors errors) {
    JsonNode given = patch.remove(USERNAME);
    errors.check(
        given == null || (given.isString() && given.stringValue().equals(username)),
        USERNAME,
        "cannot be changed");
  }

  private static PasswordChange password(ObjectNode patch, FieldErrors errors) {
    JsonNode given = patch.remove(PASSWORD);
    if (given == null) {
      return PasswordChange.KEEP;
    }
    if (given.isNull()) {
      return PasswordChange.CLEAR;
    }
    if (!errors.check(given.isString(), PASSWORD, "must be text")) {
      return PasswordChange.KEEP;
    }
    AccountForm.checkPassword(given.stringValue(), errors);
    return new PasswordChange.Replace(given.stringValue());
  }

  @Allowed(role = TENANT_ADMIN, scope = ACCOUNTS_WRITE)
  @DeleteMapping("/{username}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Deletes an account and ends its sessions; its files stay")
  void delete(
      @PathVariable String tenant,
      @PathVariable String username,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      AdminRequest request) {
    accounts.delete(tenant, username, ETags.expected(ifMatch));
    audit.changed(request, "account.delete", tenant, username, Map.of());
  }

  @Allowed(role = TENANT_ADMIN, scope = ACCOUNTS_WRITE)
  @PostMapping("/{username}/suspend")
  @Operation(summary = "Lets an account in no more and ends its sessions")
  ResponseEntity<AccountJson.Response> suspend(
      @PathVariable String tenant, @PathVariable String username, AdminRequest request) {
    AccountDetails now = accounts.suspend(tenant, username);
    audit.changed(request, "account.suspend", tenant, username, Map.of());
    return shown(now);
  }

  @Allowed(role = TENANT_ADMIN, scope = ACCOUNTS_WRITE)
  @PostMapping("/{username}/resume")
  @Operation(summary = "Lets a suspended account in again")
  ResponseEntity<AccountJson.Response> resume(
      @PathVariable String tenant, @PathVariable String username, AdminRequest request) {
    AccountDetails now = accounts.resume(tenant, username);
    audit.changed(request, "account.resume", tenant, username, Map.of());
    return shown(now);
  }

  @Allowed(role = TENANT_ADMIN, scope = ACCOUNTS_WRITE)
  @PutMapping(path = "/{username}/password", consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Sets an account's password; open sessions stay")
  void setPassword(
      @PathVariable String tenant,
      @PathVariable String username,
      @RequestBody AccountJson.Password body,
      AdminRequest request) {
    String password = body.password();
    FieldErrors errors = new FieldErrors();
    AccountForm.checkPassword(password == null ? "" : password, errors);
    Fields fields = new Fields(errors);
    Instant expiresAt = fields.time(body.expiresAt(), "expiresAt");
    Instant keepUntil = fields.time(body.keepPreviousUntil(), "keepPreviousUntil");
    errors.throwIfAny();
    accounts.setPassword(
        tenant, username, new NewPassword(password == null ? "" : password, expiresAt, keepUntil));
    audit.changed(request, "account.password", tenant, username, Map.of());
  }

  private static ResponseEntity<AccountJson.Response> shown(AccountDetails account) {
    return ResponseEntity.ok()
        .eTag(ETags.of(account.version()))
        .body(AccountJson.Response.of(account));
  }
}
