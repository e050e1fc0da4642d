package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.KEYS_READ;
import static io.quaymaster.token.Scope.KEYS_WRITE;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.http.MergePatch;
import io.quaymaster.admin.http.Page;
import io.quaymaster.admin.http.Paging;
import io.quaymaster.certificate.CertificateAuthorities;
import io.quaymaster.certificate.CertificateAuthority;
import io.quaymaster.certificate.Revocation;
import io.quaymaster.refusal.FieldErrors;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.List;
import java.util.Map;
import java.util.Optional;
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
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;
import tools.jackson.databind.JsonNode;

/** {@code …/tenants/{tenant}/certificate-authorities}. */
@RestController
@RequestMapping(
    path = "/api/v1/tenants/{tenant}/certificate-authorities",
    produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Certificate authorities")
public class AuthorityController {
  private final CertificateAuthorities authorities;
  private final MergePatch patches;
  private final AdminAudit audit;

  public AuthorityController(
      CertificateAuthorities authorities, MergePatch patches, AdminAudit audit) {
    this.authorities = authorities;
    this.patches = patches;
    this.audit = audit;
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(
      summary = "Lets an authority's OpenSSH user certificates in",
      description =
          "A certificate lets in the account that is among its principals, as username or as"
              + " username@tenant, wherever the account's methods say publickey.")
  ResponseEntity<AuthorityJson.Response> add(
      @PathVariable String tenant, @RequestBody AuthorityJson.Request body, AdminRequest request) {
    AuthorityJson.Checked asked = body.checked();
    CertificateAuthority made =
        authorities.add(tenant, asked.key(), asked.label(), asked.accounts());
    audit.changed(request, "authority.create", tenant, null, detail(made));
    return ResponseEntity.created(
            UriComponentsBuilder.fromPath("/api/v1/tenants/{tenant}/certificate-authorities/{id}")
                .build(tenant, made.id()))
        .body(AuthorityJson.Response.of(made));
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_READ)
  @GetMapping
  @Operation(summary = "Lists a tenant's certificate authorities")
  Page<AuthorityJson.Response> list(
      @PathVariable String tenant,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit) {
    Paging paging = Paging.of(cursor, limit);
    return Page.of(
        authorities.list(tenant, paging.after(), paging.limitAndOne()),
        paging,
        CertificateAuthority::id,
        AuthorityJson.Response::of);
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_READ)
  @GetMapping("/{id}")
  @Operation(summary = "Shows a certificate authority")
  AuthorityJson.Response get(@PathVariable String tenant, @PathVariable long id) {
    return AuthorityJson.Response.of(authorities.get(tenant, id));
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @PatchMapping(
      path = "/{id}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"})
  @Operation(
      summary = "Changes a certificate authority's label or accounts (JSON merge patch)",
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              required = true,
              content =
                  @Content(
                      mediaType = MediaType.APPLICATION_JSON_VALUE,
                      schema = @Schema(implementation = AuthorityJson.Patch.class))))
  AuthorityJson.Response change(
      @PathVariable String tenant,
      @PathVariable long id,
      @RequestBody JsonNode body,
      AdminRequest request) {
    CertificateAuthority before = authorities.get(tenant, id);
    AuthorityJson.Checked asked =
        patches
            .apply(AuthorityJson.Patch.of(before), patches.read(body), AuthorityJson.Patch.class)
            .checked(before);
    CertificateAuthority now = authorities.change(tenant, id, asked.label(), asked.accounts());
    audit.changed(request, "authority.update", tenant, null, detail(now));
    return AuthorityJson.Response.of(now);
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Takes an authority away and ends the sessions that it let in")
  void delete(@PathVariable String tenant, @PathVariable long id, AdminRequest request) {
    CertificateAuthority gone = authorities.delete(tenant, id);
    audit.changed(request, "authority.delete", tenant, null, detail(gone));
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @PutMapping(path = "/{id}/revocation-list", consumes = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Takes a key revocation list (OpenSSH's KRL) in the place of the one before",
      description = "It holds from the next login on.")
  AuthorityJson.Response setRevocationList(
      @PathVariable String tenant,
      @PathVariable long id,
      @RequestBody AuthorityJson.Krl body,
      AdminRequest request) {
    CertificateAuthority now = authorities.setRevocationList(tenant, id, body.checked());
    audit.changed(request, "authority.revocation-list", tenant, null, detail(now));
    return AuthorityJson.Response.of(now);
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @DeleteMapping("/{id}/revocation-list")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Forgets the key revocation list")
  void clearRevocationList(
      @PathVariable String tenant, @PathVariable long id, AdminRequest request) {
    authorities.clearRevocationList(tenant, id);
    audit.changed(
        request, "authority.revocation-list", tenant, null, Map.of("authority", Long.toString(id)));
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @PostMapping(path = "/{id}/revocations", consumes = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Revokes certificates by serial or key id",
      description = "It holds from the next login on.")
  AuthorityJson.Response revoke(
      @PathVariable String tenant,
      @PathVariable long id,
      @RequestBody AuthorityJson.NewRevocations body,
      AdminRequest request) {
    List<Revocation> revocations = body.checked();
    CertificateAuthority now = authorities.revoke(tenant, id, revocations);
    audit.changed(
        request,
        "authority.revoke",
        tenant,
        null,
        Map.of("authority", Long.toString(id), "count", Integer.toString(revocations.size())));
    return AuthorityJson.Response.of(now);
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_READ)
  @GetMapping("/{id}/revocations")
  @Operation(summary = "Lists what is revoked one by one, the newest first")
  AuthorityJson.Revocations revocations(@PathVariable String tenant, @PathVariable long id) {
    return new AuthorityJson.Revocations(
        authorities.revocations(tenant, id).stream().map(AuthorityJson.Revoked::of).toList());
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @DeleteMapping("/{id}/revocations")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Lets a certificate count again; serial or keyId names it")
  void restore(
      @PathVariable String tenant,
      @PathVariable long id,
      @RequestParam(required = false) @Nullable String serial,
      @RequestParam(required = false) @Nullable String keyId,
      AdminRequest request) {
    authorities.restore(tenant, id, revocation(serial, keyId));
    audit.changed(
        request, "authority.restore", tenant, null, Map.of("authority", Long.toString(id)));
  }

  private static Revocation revocation(@Nullable String serial, @Nullable String keyId) {
    FieldErrors errors = new FieldErrors();
    errors.check(
        (serial == null) != (keyId == null), "serial", "or keyId is required, and not both");
    errors.throwIfAny();
    Fields fields = new Fields(errors);
    Optional<? extends Revocation> revocation =
        serial != null
            ? fields.required(serial, "serial", Revocation.Serial::parse)
            : fields.required(keyId, "keyId", AuthorityJson::keyId);
    errors.throwIfAny();
    return revocation.orElseThrow();
  }

  private static Map<String, String> detail(CertificateAuthority authority) {
    return Map.of(
        "authority", Long.toString(authority.id()), "fingerprint", authority.key().fingerprint());
  }
}
