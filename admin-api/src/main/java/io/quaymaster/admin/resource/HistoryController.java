package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.AUDIT_READ;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.http.Page;
import io.quaymaster.admin.http.Paging;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.History;
import io.quaymaster.audit.History.AuditFilter;
import io.quaymaster.audit.History.Line;
import io.quaymaster.audit.History.TransferFilter;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.token.Admin;
import io.quaymaster.transfer.Transfer;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/transfers} and {@code /api/v1/audit}, newest first. */
@RestController
@RequestMapping(path = "/api/v1", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "History")
public class HistoryController {
  @Schema(name = "Transfer")
  record TransferJson(
      UUID id,
      String tenant,
      String account,
      String sessionId,
      String source,
      @Schema(allowableValues = {"sftp", "scp"}) String protocol,
      @Schema(allowableValues = {"upload", "download"}) String direction,
      String store,
      String path,
      long bytes,
      @Schema(allowableValues = {"completed", "aborted", "failed"}) String outcome,
      @Schema(description = "Why it failed; the client saw it too.") @Nullable String code,
      String correlationId,
      Instant startedAt,
      Instant endedAt) {
    static TransferJson of(Line<Transfer> line) {
      Transfer t = line.told();
      return new TransferJson(
          t.id(),
          t.tenant(),
          t.account(),
          t.sessionId(),
          t.source(),
          t.protocol().wireName(),
          t.direction().wireName(),
          t.store(),
          t.path(),
          t.bytes(),
          t.outcome().wireName(),
          t.code(),
          t.correlationId(),
          t.startedAt(),
          t.endedAt());
    }
  }

  @Schema(name = "AuditEvent")
  record AuditJson(
      UUID id,
      Instant at,
      @Nullable String tenant,
      @Nullable String account,
      @Schema(description = "The admin's token; null if the account itself acted.")
          @Nullable String actor,
      @Nullable String source,
      @Nullable String sessionId,
      @Schema(example = "account.create") String action,
      @Schema(allowableValues = {"ok", "refused", "failed"}) String outcome,
      @Nullable String code,
      @Nullable String correlationId,
      Map<String, String> detail) {
    static AuditJson of(Line<AuditEvent> line) {
      AuditEvent e = line.told();
      return new AuditJson(
          e.id(),
          e.at(),
          e.tenant(),
          e.account(),
          e.actor(),
          e.source(),
          e.sessionId(),
          e.action(),
          e.outcome().wireName(),
          e.code(),
          e.correlationId(),
          new TreeMap<>(e.detail()));
    }
  }

  private final History history;
  private final Chronicle chronicle;

  public HistoryController(History history, Chronicle chronicle) {
    this.history = history;
    this.chronicle = chronicle;
  }

  @Allowed(role = TENANT_ADMIN, scope = AUDIT_READ)
  @GetMapping("/transfers")
  @Operation(summary = "Lists transfers that are over")
  Page<TransferJson> transfers(
      @RequestParam(required = false) @Nullable String tenant,
      @RequestParam(required = false) @Nullable String account,
      @RequestParam(required = false) @Nullable String since,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit,
      AdminRequest request) {
    Paging paging = Paging.of(cursor, limit);
    TransferFilter filter =
        new TransferFilter(tenant(request.admin(), tenant), account, since(request.admin(), since));
    chronicle.flush();
    return Page.of(
        history.transfers(filter, paging.before(), paging.limitAndOne()),
        paging,
        Line::position,
        TransferJson::of);
  }

  @Allowed(role = TENANT_ADMIN, scope = AUDIT_READ)
  @GetMapping("/audit")
  @Operation(summary = "Lists what happened and what was refused")
  Page<AuditJson> audit(
      @RequestParam(required = false) @Nullable String tenant,
      @RequestParam(required = false) @Nullable String account,
      @RequestParam(required = false) @Nullable String action,
      @RequestParam(required = false) @Nullable String outcome,
      @RequestParam(required = false) @Nullable String correlationId,
      @RequestParam(required = false) @Nullable String since,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit,
      AdminRequest request) {
    Paging paging = Paging.of(cursor, limit);
    if (outcome != null
        && Arrays.stream(AuditEvent.Outcome.values())
            .noneMatch(o -> o.wireName().equals(outcome))) {
      throw FieldErrors.of("outcome", "is none of ok, refused, failed");
    }
    AuditFilter filter =
        new AuditFilter(
            tenant(request.admin(), tenant),
            account,
            action,
            outcome,
            correlationId,
            since(request.admin(), since));
    chronicle.flush();
    return Page.of(
        history.events(filter, paging.before(), paging.limitAndOne()),
        paging,
        Line::position,
        AuditJson::of);
  }

  private static @Nullable String tenant(Admin admin, @Nullable String asked) {
    Admin.OwnTenant own = admin.tenant();
    return own == null ? asked : own.name();
  }

  /** A tenant admin sees nothing of an earlier tenant that had the same name. */
  private static @Nullable Instant since(Admin admin, @Nullable String asked) {
    FieldErrors errors = new FieldErrors();
    Instant since = new Fields(errors).time(asked, "since");
    errors.throwIfAny();
    Admin.OwnTenant own = admin.tenant();
    return own != null && (since == null || since.isBefore(own.createdAt()))
        ? own.createdAt()
        : since;
  }
}
