package io.quaymaster.admin.access;

import io.quaymaster.refusal.Refusal;
import io.quaymaster.token.Admin;
import io.quaymaster.token.Scope;
import io.quaymaster.token.TokenRole;
import jakarta.servlet.DispatcherType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.method.HandlerMethod;
import org.springframework.web.servlet.HandlerInterceptor;
import org.springframework.web.servlet.HandlerMapping;

/**
 * The one place that decides whether an admin may call a handler. What belongs to another tenant is
 * answered exactly like what does not exist, and before anything is looked up.
 */
public final class RoleCheck implements HandlerInterceptor {
  private static final String TENANT = "tenant";

  private final AdminAudit audit;

  public RoleCheck(AdminAudit audit) {
    this.audit = audit;
  }

  @Override
  public boolean preHandle(
      HttpServletRequest request, HttpServletResponse response, Object handler) {
    if (request.getDispatcherType() == DispatcherType.ERROR || OpenPaths.has(request)) {
      return true;
    }
    if (!(handler instanceof HandlerMethod method)) {
      // Nothing but handlers is served: Spring answers 404 for what no handler takes.
      return true;
    }
    Allowed allowed = method.getMethodAnnotation(Allowed.class);
    Admin admin = AdminRequestArgument.admin();
    if (allowed == null) {
      throw forbidden(request, "Nobody may do this.");
    }
    checkTenant(admin, pathVariable(request));
    checkTenant(admin, request.getParameter(TENANT));
    if (allowed.role() == TokenRole.PLATFORM_ADMIN && !admin.seesAllTenants()) {
      throw forbidden(request, "Only a platform admin may do this.");
    }
    checkScope(admin, allowed.scope(), request, response);
    return true;
  }

  private void checkScope(
      Admin admin, Scope scope, HttpServletRequest request, HttpServletResponse response) {
    if (admin.may(scope)) {
      return;
    }
    // RFC 6750, section 3.1.
    response.setHeader(
        HttpHeaders.WWW_AUTHENTICATE,
        Unauthenticated.CHALLENGE
            + ", error=\"insufficient_scope\", scope=\""
            + scope.wireName()
            + "\"");
    boolean ofRole = admin.role().scopes().contains(scope);
    throw forbidden(
        request,
        ofRole
            ? "The token lacks the scope " + scope.wireName() + "."
            : "The role of " + admin.role().wireName() + " does not allow this.");
  }

  private static void checkTenant(Admin admin, @Nullable String named) {
    if (named != null && !admin.sees(named)) {
      throw new Refusal.NotFound(TENANT, named);
    }
  }

  private static @Nullable String pathVariable(HttpServletRequest request) {
    Object variables = request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
    return variables instanceof Map<?, ?> map && map.get(TENANT) instanceof String tenant
        ? tenant
        : null;
  }

  private Refusal forbidden(HttpServletRequest request, String text) {
    audit.refused(request, "FORBIDDEN");
    return new Refusal.Forbidden(text);
  }
}
