package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.KEYS_READ;
import static io.quaymaster.token.Scope.KEYS_WRITE;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.account.AccountKey;
import io.quaymaster.account.AccountKeys;
import io.quaymaster.account.NewKey;
import io.quaymaster.account.SourceRange;
import io.quaymaster.account.SshPublicKey;
import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.http.Page;
import io.quaymaster.admin.http.Paging;
import io.quaymaster.files.RealPath;
import io.quaymaster.refusal.FieldErrors;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
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
import org.springframework.web.util.UriComponentsBuilder;

/** {@code …/accounts/{username}/keys}. */
@RestController
@RequestMapping(
    path = "/api/v1/tenants/{tenant}/accounts/{username}/keys",
    produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Keys")
public class KeyController {
  @Schema(name = "NewKey")
  record Request(
      @Schema(
              description = "One line as in a .pub file.",
              requiredMode = Schema.RequiredMode.REQUIRED,
              example = "ssh-ed25519 AAAA… alice@laptop")
          @Nullable String publicKey,
      @Schema(description = "For people; the key's comment if absent.", maxLength = 200)
          @Nullable String label,
      @Schema(type = "string", format = "date-time") @Nullable String expiresAt,
      @Schema(description = "CIDR ranges that this key may be used from; empty: anywhere.")
          @Nullable List<@Nullable String> sources,
      @Schema(description = "Whoever comes in by this key changes nothing.")
          @Nullable Boolean readOnly,
      @Schema(
              description = "All that is seen by this key of the account's view; / if absent.",
              example = "/in")
          @Nullable String directory) {
    NewKey checked() {
      FieldErrors errors = new FieldErrors();
      Fields fields = new Fields(errors);
      Optional<SshPublicKey> key = fields.required(publicKey, "publicKey", SshPublicKey::parse);
      fields.optionalText(label, "label", AccountKey.MAX_LABEL);
      Instant expiry = fields.time(expiresAt, "expiresAt");
      List<SourceRange> ranges = fields.sources(sources, "sources");
      Optional<RealPath> scope =
          directory == null
              ? Optional.empty()
              : fields.required(directory, "directory", AccountForm::viewPath);
      errors.throwIfAny();
      String comment = key.map(SshPublicKey::comment).orElse("");
      String shortComment = comment.substring(0, Math.min(comment.length(), AccountKey.MAX_LABEL));
      return new NewKey(
          key.orElseThrow(),
          label == null ? shortComment : label,
          expiry,
          ranges,
          Boolean.TRUE.equals(readOnly),
          scope.filter(path -> !path.isRoot()).orElse(null));
    }
  }

  @Schema(name = "Key")
  record Response(
      String id,
      String label,
      String type,
      @Schema(example = "SHA256:…") String fingerprint,
      String publicKey,
      @Nullable Instant expiresAt,
      List<String> sources,
      boolean readOnly,
      @Schema(description = "null: all of the account's view.") @Nullable String directory,
      Instant createdAt,
      @Nullable Instant lastUsedAt) {
    static Response of(AccountKey key) {
      return new Response(
          Long.toString(key.id()),
          key.label(),
          key.keyType(),
          key.fingerprint(),
          key.publicKey(),
          key.expiresAt(),
          key.sources().stream().map(SourceRange::toString).toList(),
          key.readOnly(),
          key.directory(),
          key.createdAt(),
          key.lastUsedAt());
    }
  }

  private final AccountKeys keys;
  private final AdminAudit audit;

  public KeyController(AccountKeys keys, AdminAudit audit) {
    this.keys = keys;
    this.audit = audit;
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(summary = "Gives an account a key")
  ResponseEntity<Response> add(
      @PathVariable String tenant,
      @PathVariable String username,
      @RequestBody Request body,
      AdminRequest request) {
    AccountKey key = keys.add(tenant, username, body.checked());
    audit.changed(request, "key.create", tenant, username, detail(key));
    return ResponseEntity.created(
            UriComponentsBuilder.fromPath("/api/v1/tenants/{tenant}/accounts/{username}/keys/{id}")
                .build(tenant, username, key.id()))
        .body(Response.of(key));
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_READ)
  @GetMapping
  @Operation(summary = "Lists an account's keys")
  Page<Response> list(
      @PathVariable String tenant,
      @PathVariable String username,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit) {
    Paging paging = Paging.of(cursor, limit);
    return Page.of(
        keys.list(tenant, username, paging.after(), paging.limitAndOne()),
        paging,
        AccountKey::id,
        Response::of);
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_READ)
  @GetMapping("/{id}")
  @Operation(summary = "Shows a key")
  Response get(@PathVariable String tenant, @PathVariable String username, @PathVariable long id) {
    return Response.of(keys.get(tenant, username, id));
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Takes a key away and ends the sessions that it let in")
  void delete(
      @PathVariable String tenant,
      @PathVariable String username,
      @PathVariable long id,
      AdminRequest request) {
    AccountKey key = keys.delete(tenant, username, id);
    audit.changed(request, "key.delete", tenant, username, detail(key));
  }

  private static Map<String, String> detail(AccountKey key) {
    return Map.of("key", Long.toString(key.id()), "fingerprint", key.fingerprint());
  }
}
