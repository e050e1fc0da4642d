package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.AUDIT_READ;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.chain.AuditTrail;
import io.quaymaster.audit.chain.ChainReport;
import io.quaymaster.audit.chain.Finding;
import io.quaymaster.audit.chain.Verification;
import io.quaymaster.audit.chain.VerifyingKey;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.token.Admin;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/audit/…}: whether nobody tampered with the audit log, and the log as a file. */
@RestController
@RequestMapping(path = "/api/v1/audit")
@Tag(name = "History")
public class AuditController {
  private static final Logger log = LoggerFactory.getLogger(AuditController.class);
  private static final int BUFFER_BYTES = 64 << 10;

  @Schema(name = "AuditChain")
  record ChainJson(
      @Schema(description = "Null for what belongs to no tenant.") @Nullable String tenant,
      @Schema(description = "Of the first row that is there; 0 if there is none.")
          long firstSequence,
      long lastSequence,
      long events,
      @Schema(description = "The last row that a signed checkpoint vouches for.") long signedUpTo,
      @Schema(description = "Whether retention removed what was before the first.") boolean cut) {
    static ChainJson of(ChainReport c) {
      return new ChainJson(
          tenantOf(c.chain()), c.first(), c.last(), c.events(), c.signedUpTo(), c.cut());
    }
  }

  @Schema(name = "AuditFinding")
  record FindingJson(
      @Nullable String tenant,
      long sequence,
      @Schema(example = "CHANGED") String kind,
      String message) {
    static FindingJson of(Finding f) {
      return new FindingJson(tenantOf(f.chain()), f.sequence(), f.kind().name(), f.message());
    }
  }

  @Schema(name = "AuditVerification")
  record VerificationJson(
      boolean intact,
      List<ChainJson> chains,
      @Schema(description = "The first 100.") List<FindingJson> findings,
      long found) {
    static VerificationJson of(Verification v) {
      return new VerificationJson(
          v.isIntact(),
          v.chains().stream().map(ChainJson::of).toList(),
          v.findings().stream().map(FindingJson::of).toList(),
          v.found());
    }
  }

  @Schema(name = "AuditKey")
  record KeyJson(
      String id,
      @Schema(description = "An Ed25519 SubjectPublicKeyInfo in Base64.") String publicKey) {
    static KeyJson of(VerifyingKey key) {
      return new KeyJson(key.id(), key.text());
    }
  }

  @Schema(name = "AuditKeys")
  record KeysJson(List<KeyJson> items) {}

  private final AuditTrail trail;
  private final Chronicle chronicle;
  private final AdminAudit audit;

  public AuditController(AuditTrail trail, Chronicle chronicle, AdminAudit audit) {
    this.trail = trail;
    this.chronicle = chronicle;
    this.audit = audit;
  }

  private static @Nullable String tenantOf(String chain) {
    return chain.isEmpty() ? null : chain;
  }

  @Allowed(role = TENANT_ADMIN, scope = AUDIT_READ)
  @GetMapping(path = "/verify", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(
      summary = "Verifies the audit log",
      description = "Reads it all: its hashes, their order, and what was signed.")
  VerificationJson verify(
      @RequestParam(required = false) @Nullable String tenant, AdminRequest request) {
    chronicle.flush();
    return VerificationJson.of(trail.verify(seen(request.admin(), tenant)));
  }

  @Allowed(role = TENANT_ADMIN, scope = AUDIT_READ)
  @GetMapping(path = "/keys", produces = MediaType.APPLICATION_JSON_VALUE)
  @Operation(summary = "The public keys whose signatures of the audit log are believed")
  KeysJson keys() {
    return new KeysJson(trail.keys().stream().map(KeyJson::of).toList());
  }

  @Allowed(role = TENANT_ADMIN, scope = AUDIT_READ)
  @GetMapping(path = "/export", produces = MediaType.APPLICATION_NDJSON_VALUE)
  @Operation(
      summary = "The audit log as JSON lines, with all that is needed to verify it",
      description =
          "Times are those of recording. It goes on to the checkpoint behind until. The last line"
              + " of each tenant is its end; if that is missing, the answer was cut off.")
  void export(
      @RequestParam(required = false) @Nullable String tenant,
      @RequestParam(required = false) @Nullable String since,
      @RequestParam(required = false) @Nullable String until,
      AdminRequest request,
      HttpServletResponse response)
      throws IOException {
    AuditTrail.Part part = part(request.admin(), tenant, since, until);
    audit.changed(
        request,
        "audit.export",
        part.tenant(),
        null,
        Map.of("since", String.valueOf(since), "until", String.valueOf(until)));
    chronicle.flush();
    try {
      trail.export(part, () -> body(response));
    } catch (IOException | RuntimeException broken) {
      if (!response.isCommitted()) {
        throw broken;
      }
      // The status is on its way already. Without an end line the client knows.
      log.warn("An export was broken off ({}): {}", request.correlationId(), broken.getMessage());
    }
  }

  private static OutputStream body(HttpServletResponse response) throws IOException {
    response.setContentType(MediaType.APPLICATION_NDJSON_VALUE);
    return new BufferedOutputStream(response.getOutputStream(), BUFFER_BYTES);
  }

  private static AuditTrail.Part part(
      Admin admin, @Nullable String tenant, @Nullable String since, @Nullable String until) {
    FieldErrors errors = new FieldErrors();
    Fields fields = new Fields(errors);
    Instant from = fields.time(since, "since");
    Instant to = fields.time(until, "until");
    errors.throwIfAny();
    return new AuditTrail.Part(seen(admin, tenant), notBeforeItsTenant(admin, from), to);
  }

  /** A tenant admin sees nothing of an earlier tenant that had the same name. */
  private static @Nullable Instant notBeforeItsTenant(Admin admin, @Nullable Instant since) {
    Admin.OwnTenant own = admin.tenant();
    return own != null && (since == null || since.isBefore(own.createdAt()))
        ? own.createdAt()
        : since;
  }

  private static @Nullable String seen(Admin admin, @Nullable String asked) {
    Admin.OwnTenant own = admin.tenant();
    return own == null ? asked : own.name();
  }
}
