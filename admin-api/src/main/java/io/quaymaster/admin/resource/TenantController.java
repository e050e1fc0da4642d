package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.TENANTS_READ;
import static io.quaymaster.token.Scope.TENANTS_WRITE;
import static io.quaymaster.token.TokenRole.PLATFORM_ADMIN;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.http.ETags;
import io.quaymaster.admin.http.MergePatch;
import io.quaymaster.admin.http.Page;
import io.quaymaster.admin.http.Paging;
import io.quaymaster.quota.Usage;
import io.quaymaster.quota.UsageReading;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.tenant.TenantDetails;
import io.quaymaster.tenant.TenantSettings;
import io.quaymaster.tenant.Tenants;
import io.quaymaster.token.Admin;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Content;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** {@code /api/v1/tenants}. */
@RestController
@RequestMapping(path = "/api/v1/tenants", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Tenants")
public class TenantController {
  private final Tenants tenants;
  private final UsageReading usage;
  private final MergePatch patches;
  private final AdminAudit audit;

  public TenantController(
      Tenants tenants, UsageReading usage, MergePatch patches, AdminAudit audit) {
    this.tenants = tenants;
    this.usage = usage;
    this.patches = patches;
    this.audit = audit;
  }

  @Allowed(role = PLATFORM_ADMIN, scope = TENANTS_WRITE)
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(summary = "Makes a tenant")
  ResponseEntity<TenantJson.Response> create(
      @RequestBody TenantJson.Request body, AdminRequest request) {
    FieldErrors errors = new FieldErrors();
    TenantSettings settings = body.settings(errors);
    errors.throwIfAny();
    TenantDetails made = tenants.create(Objects.requireNonNull(body.name()), settings);
    audit.changed(request, "tenant.create", made.name(), null, Map.of());
    return ResponseEntity.created(URI.create("/api/v1/tenants/" + made.name()))
        .eTag(ETags.of(made.version()))
        .body(TenantJson.Response.of(made));
  }

  @Allowed(role = TENANT_ADMIN, scope = TENANTS_READ)
  @GetMapping
  @Operation(summary = "Lists tenants; a tenant admin sees its own")
  Page<TenantJson.Response> list(
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit,
      AdminRequest request) {
    Paging paging = Paging.of(cursor, limit);
    Admin.OwnTenant own = request.admin().tenant();
    List<TenantDetails> found =
        own == null
            ? tenants.list(paging.after(), paging.limitAndOne())
            : own.id() > paging.after() ? List.of(tenants.get(own.name())) : List.of();
    return Page.of(found, paging, TenantDetails::id, TenantJson.Response::of);
  }

  @Allowed(role = TENANT_ADMIN, scope = TENANTS_READ)
  @GetMapping("/{tenant}")
  @Operation(summary = "Shows a tenant")
  ResponseEntity<TenantJson.Response> get(@PathVariable String tenant) {
    return shown(tenants.get(tenant));
  }

  @Allowed(role = PLATFORM_ADMIN, scope = TENANTS_WRITE)
  @PatchMapping(
      path = "/{tenant}",
      consumes = {MediaType.APPLICATION_JSON_VALUE, "application/merge-patch+json"})
  @Operation(
      summary = "Changes a tenant (JSON merge patch)",
      requestBody =
          @io.swagger.v3.oas.annotations.parameters.RequestBody(
              required = true,
              content = {
                @Content(
                    mediaType = MediaType.APPLICATION_JSON_VALUE,
                    schema = @Schema(implementation = TenantJson.Body.class)),
                @Content(
                    mediaType = "application/merge-patch+json",
                    schema = @Schema(implementation = TenantJson.Body.class))
              }))
  ResponseEntity<TenantJson.Response> change(
      @PathVariable String tenant,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      @RequestBody JsonNode body,
      AdminRequest request) {
    ObjectNode patch = patches.read(body);
    AtomicReference<String> changed = new AtomicReference<>("");
    TenantDetails now =
        tenants.change(
            tenant,
            ETags.expected(ifMatch),
            before -> {
              TenantJson.Body was = TenantJson.Body.of(before);
              FieldErrors errors = new FieldErrors();
              TenantSettings after =
                  patches.apply(was, patch, TenantJson.Body.class).settings(errors);
              errors.throwIfAny();
              changed.set(String.join(",", patches.differences(was, TenantJson.Body.of(after))));
              return after;
            });
    audit.changed(request, "tenant.update", tenant, null, Map.of("fields", changed.get()));
    return shown(now);
  }

  @Allowed(role = PLATFORM_ADMIN, scope = TENANTS_WRITE)
  @DeleteMapping("/{tenant}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Deletes a tenant that has neither accounts nor stores")
  void delete(
      @PathVariable String tenant,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      AdminRequest request) {
    tenants.delete(tenant, ETags.expected(ifMatch));
    audit.changed(request, "tenant.delete", tenant, null, Map.of());
  }

  @Allowed(role = TENANT_ADMIN, scope = TENANTS_READ)
  @GetMapping("/{tenant}/usage")
  @Operation(summary = "What a tenant holds and may hold")
  Usage usage(@PathVariable String tenant) {
    return usage.ofTenant(tenants.get(tenant).id());
  }

  private static ResponseEntity<TenantJson.Response> shown(TenantDetails tenant) {
    return ResponseEntity.ok()
        .eTag(ETags.of(tenant.version()))
        .body(TenantJson.Response.of(tenant));
  }
}
