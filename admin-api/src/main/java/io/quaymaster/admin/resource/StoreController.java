package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.STORES_READ;
import static io.quaymaster.token.Scope.STORES_WRITE;
import static io.quaymaster.token.TokenRole.PLATFORM_ADMIN;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.http.ETags;
import io.quaymaster.admin.http.Page;
import io.quaymaster.admin.http.Paging;
import io.quaymaster.files.FileFailure;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.store.Store;
import io.quaymaster.store.StoreSweep;
import io.quaymaster.store.StoreType;
import io.quaymaster.store.Stores;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.util.HashMap;
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
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/tenants/{tenant}/stores}. Only platform admins make them: it touches the host. */
@RestController
@RequestMapping(
    path = "/api/v1/tenants/{tenant}/stores",
    produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Stores")
public class StoreController {
  private final Stores stores;
  private final StoreSweep sweep;
  private final AdminAudit audit;

  public StoreController(Stores stores, StoreSweep sweep, AdminAudit audit) {
    this.stores = stores;
    this.sweep = sweep;
    this.audit = audit;
  }

  @Allowed(role = PLATFORM_ADMIN, scope = STORES_WRITE)
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(
      summary = "Makes a store",
      description =
          "A local store gets its folder. For a store in a bucket it is tried first whether files"
              + " can be written, read, listed and deleted there.")
  ResponseEntity<StoreJson.Response> create(
      @PathVariable String tenant, @RequestBody StoreJson.Request body, AdminRequest request) {
    Store made =
        switch (body.checked()) {
          case StoreJson.Request.Local local ->
              stores.createLocal(tenant, local.name(), local.path());
          case StoreJson.Request.S3 s3 -> stores.createS3(tenant, s3.name(), s3.store());
        };
    audit.changed(request, "store.create", tenant, null, Map.of("store", made.name()));
    return ResponseEntity.created(
            URI.create("/api/v1/tenants/" + tenant + "/stores/" + made.name()))
        .eTag(ETags.of(made.version()))
        .body(StoreJson.Response.of(made));
  }

  @Allowed(role = TENANT_ADMIN, scope = STORES_READ)
  @GetMapping
  @Operation(summary = "Lists a tenant's stores")
  Page<StoreJson.Response> list(
      @PathVariable String tenant,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit) {
    Paging paging = Paging.of(cursor, limit);
    return Page.of(
        stores.list(tenant, paging.after(), paging.limitAndOne()),
        paging,
        Store::id,
        StoreJson.Response::of);
  }

  @Allowed(role = TENANT_ADMIN, scope = STORES_READ)
  @GetMapping("/{store}")
  @Operation(summary = "Shows a store")
  ResponseEntity<StoreJson.Response> get(@PathVariable String tenant, @PathVariable String store) {
    Store found = stores.get(tenant, store);
    return ResponseEntity.ok().eTag(ETags.of(found.version())).body(StoreJson.Response.of(found));
  }

  @Allowed(role = PLATFORM_ADMIN, scope = STORES_WRITE)
  @DeleteMapping("/{store}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(
      summary = "Forgets a store that no account uses; its files stay",
      description =
          "Uploads to a bucket that are not complete are aborted before. If the server does not"
              + " let that be done the store is forgotten nonetheless, and the audit log says so.")
  void delete(
      @PathVariable String tenant,
      @PathVariable String store,
      @RequestHeader(name = "If-Match", required = false) @Nullable String ifMatch,
      AdminRequest request) {
    Long expected = ETags.expected(ifMatch);
    Map<String, String> told = new HashMap<>(cleared(stores.deletable(tenant, store, expected)));
    stores.delete(tenant, store, expected);
    told.put("store", store);
    audit.changed(request, "store.delete", tenant, null, told);
  }

  /** What the audit log is to say of what is left in a bucket, or is not. */
  private Map<String, String> cleared(Store leaving) {
    if (leaving.type() != StoreType.S3) {
      return Map.of();
    }
    try {
      return Map.of("uploadsAborted", Integer.toString(sweep.clear(leaving)));
    } catch (FileFailure failed) {
      return Map.of("uploadsLeft", failed.getMessage());
    }
  }

  @Allowed(role = PLATFORM_ADMIN, scope = STORES_WRITE)
  @PostMapping("/{store}/sweep")
  @Operation(
      summary = "Clears a store in a bucket of uploads that nobody goes on with",
      description =
          "The gateway does it by itself from time to time. Uploads that were unchanged for"
              + " quaymaster.s3.partials-expire-after go, and multipart uploads that no gateway"
              + " knows are aborted when they are older than quaymaster.s3.orphans-abort-after.")
  StoreJson.SweepResult sweep(
      @PathVariable String tenant, @PathVariable String store, AdminRequest request)
      throws FileFailure {
    Store found = stores.get(tenant, store);
    if (found.type() != StoreType.S3) {
      throw new Refusal.Conflict(
          "STORE_NOT_S3", "Only a store in a bucket has uploads that can be swept.");
    }
    StoreSweep.Swept swept = sweep.sweep(found);
    audit.changed(
        request,
        "store.sweep",
        tenant,
        null,
        Map.of(
            "store",
            store,
            "expiredUploads",
            Integer.toString(swept.expiredUploads()),
            "orphanUploadsAborted",
            Integer.toString(swept.orphanUploadsAborted())));
    return new StoreJson.SweepResult(swept.expiredUploads(), swept.orphanUploadsAborted());
  }
}
