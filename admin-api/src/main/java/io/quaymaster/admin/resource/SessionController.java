package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.SESSIONS_READ;
import static io.quaymaster.token.Scope.SESSIONS_WRITE;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.session.LiveSession;
import io.quaymaster.session.LiveSessions;
import io.quaymaster.token.Admin;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/sessions}. */
@RestController
@RequestMapping(path = "/api/v1/sessions", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Sessions")
public class SessionController {
  @Schema(name = "Session")
  record Response(
      String id,
      String tenant,
      String account,
      String source,
      @Schema(description = "What the client calls itself.") String clientVersion,
      @Schema(description = "How it came in.") String credential,
      @Schema(description = "The key that let it in, if one did; of several the first.")
          @Nullable String keyId,
      List<String> protocols,
      Instant startedAt,
      Instant lastActiveAt,
      long bytesReceived,
      long bytesSent) {
    static Response of(LiveSession s) {
      return new Response(
          s.id(),
          s.tenant(),
          s.account(),
          s.source(),
          s.clientVersion(),
          s.credential(),
          s.keyIds().isEmpty() ? null : Long.toString(s.keyIds().getFirst()),
          s.protocols().stream().sorted().toList(),
          s.startedAt(),
          s.lastActiveAt(),
          s.bytesReceived(),
          s.bytesSent());
    }
  }

  private final LiveSessions sessions;
  private final AdminAudit audit;

  public SessionController(LiveSessions sessions, AdminAudit audit) {
    this.sessions = sessions;
    this.audit = audit;
  }

  @Allowed(role = TENANT_ADMIN, scope = SESSIONS_READ)
  @GetMapping
  @Operation(
      summary = "Lists open sessions of all gateways, oldest first",
      description = "What a session of another gateway has done is some seconds old.")
  SessionPage list(
      @RequestParam(required = false) @Nullable String tenant,
      @RequestParam(required = false) @Nullable String account,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit,
      AdminRequest request) {
    if (tenant != null && !request.admin().sees(tenant)) {
      return SessionPage.NONE;
    }
    Admin.OwnTenant own = request.admin().tenant();
    return SessionPage.read(sessions, own == null ? tenant : own.name(), account, cursor, limit);
  }

  @Allowed(role = TENANT_ADMIN, scope = SESSIONS_WRITE)
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Ends a session within a second, at whichever gateway it is")
  void end(@PathVariable String id, AdminRequest request) {
    LiveSession session =
        sessions
            .find(id)
            .filter(s -> request.admin().sees(s.tenant()))
            .orElseThrow(() -> new Refusal.NotFound("session", id));
    sessions.end(session, "an administrator ended the session");
    audit.changed(
        request, "session.end", session.tenant(), session.account(), Map.of("session", id));
  }
}
