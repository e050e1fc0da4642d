package io.quaymaster.admin.access;

import io.quaymaster.admin.http.RequestFrame;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.AuditEvent.Outcome;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.token.Admin;
import jakarta.servlet.http.HttpServletRequest;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;

/** Tells the chronicle what admins changed and what they were refused. Threads: any. */
public final class AdminAudit {
  private static final int MAX_PATH = 200;

  private final Chronicle chronicle;
  private final Clock clock;
  private final RefusalRate rate;

  public AdminAudit(Chronicle chronicle, Clock clock) {
    this.chronicle = chronicle;
    this.clock = clock;
    this.rate = new RefusalRate(clock);
  }

  /**
   * Something was changed, and the change is committed.
   *
   * @param action for example {@code account.create}
   * @param detail never a secret
   */
  public void changed(
      AdminRequest request,
      String action,
      @Nullable String tenant,
      @Nullable String account,
      Map<String, String> detail) {
    chronicle.record(
        new AuditEvent(
            UUID.randomUUID(),
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            tenant,
            account,
            request.admin().tokenName(),
            request.source(),
            null,
            action,
            Outcome.OK,
            null,
            request.correlationId(),
            detail));
  }

  /**
   * Somebody tried what it may not do. At most {@link RefusalRate#PER_SECOND} lines a second: an
   * attack must not fill the log. The next line says how many are missing.
   */
  void refused(HttpServletRequest request, String code) {
    long silent = rate.admit();
    if (silent < 0) {
      return;
    }
    Map<String, String> detail = new HashMap<>();
    detail.put("method", request.getMethod());
    detail.put("path", shown(request.getServletPath()));
    if (silent > 0) {
      detail.put("notWritten", Long.toString(silent));
    }
    Admin admin = admin();
    Admin.OwnTenant tenant = admin == null ? null : admin.tenant();
    chronicle.record(
        new AuditEvent(
            UUID.randomUUID(),
            clock.instant().truncatedTo(ChronoUnit.MICROS),
            tenant == null ? null : tenant.name(),
            null,
            admin == null ? null : admin.tokenName(),
            request.getRemoteAddr(),
            null,
            "admin.request",
            Outcome.REFUSED,
            code,
            RequestFrame.correlationId(request),
            detail));
  }

  private static String shown(String path) {
    String plain = path.replaceAll("\\p{Cntrl}", "?");
    return plain.length() <= MAX_PATH ? plain : plain.substring(0, MAX_PATH) + "…";
  }

  private static @Nullable Admin admin() {
    return SecurityContextHolder.getContext().getAuthentication() instanceof BearerToken token
            && token.getPrincipal() instanceof Admin admin
        ? admin
        : null;
  }
}
