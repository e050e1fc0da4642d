package io.quaymaster.login;

import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.CorrelationId;
import io.quaymaster.files.ByteText;
import io.quaymaster.login.LoginDoor.Reason;
import java.net.InetAddress;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the audit log learns of logins. Threads: any. */
final class LoginAudit {
  private static final int MAX_NAME = 200;
  private static final String LOGIN = "login";
  private static final String LOGOUT = "logout";

  private final Chronicle chronicle;
  private final Clock clock;
  private final @Nullable String defaultTenant;

  LoginAudit(Chronicle chronicle, Clock clock, @Nullable String defaultTenant) {
    this.chronicle = chronicle;
    this.clock = clock;
    this.defaultTenant = defaultTenant;
  }

  void admitted(Grant grant, String clientVersion) {
    Map<String, String> detail =
        Map.of("credential", grant.credential().toString(), "client", clientVersion);
    chronicle.record(
        event(
            LOGIN,
            grant.loginName(),
            grant.source(),
            grant.sessionId(),
            AuditEvent.Outcome.OK,
            null,
            detail));
  }

  void ended(Grant grant, Map<String, String> detail) {
    chronicle.record(
        event(
            LOGOUT,
            grant.loginName(),
            grant.source(),
            grant.sessionId(),
            AuditEvent.Outcome.OK,
            null,
            detail));
  }

  void refused(
      String login, String method, Reason reason, InetAddress source, Map<String, String> more) {
    Map<String, String> detail = new HashMap<>(more);
    detail.put("method", method);
    Optional<LoginName> name = LoginName.parse(login, defaultTenant);
    if (name.isEmpty()) {
      String shown = ByteText.shown(ByteText.ofUnicode(login));
      detail.put("name", shown.length() > MAX_NAME ? shown.substring(0, MAX_NAME) : shown);
    }
    chronicle.record(
        event(
            LOGIN,
            name.orElse(null),
            source.getHostAddress(),
            null,
            AuditEvent.Outcome.REFUSED,
            reason.name(),
            detail));
  }

  private AuditEvent event(
      String action,
      @Nullable LoginName name,
      String source,
      @Nullable String sessionId,
      AuditEvent.Outcome outcome,
      @Nullable String code,
      Map<String, String> detail) {
    return new AuditEvent(
        UUID.randomUUID(),
        clock.instant(),
        name == null ? null : name.tenant(),
        name == null ? null : name.username(),
        null,
        source,
        sessionId,
        action,
        outcome,
        code,
        CorrelationId.next(),
        detail);
  }
}
