package io.quaymaster.admin.access;

import io.quaymaster.tenant.scope.TenantScope;
import io.quaymaster.token.Admin;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Binds the whole request of a tenant's admin to its tenant, however it was authenticated: whatever
 * a handler forgets to ask, PostgreSQL's row-level security keeps other tenants' rows from it. The
 * last filter, behind which no admin comes from anywhere else.
 */
final class TenantScopeFilter extends OncePerRequestFilter {
  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Admin.OwnTenant tenant = tenant();
    if (tenant == null) {
      chain.doFilter(request, response);
      return;
    }
    try {
      new TenantScope(tenant.id(), tenant.name()).run(() -> chain.doFilter(request, response));
    } catch (ServletException | IOException | RuntimeException failure) {
      throw failure;
    } catch (Exception impossible) {
      throw new IllegalStateException("a filter chain throws nothing else", impossible);
    }
  }

  /** What goes on in another dispatch is still this admin's. */
  @Override
  protected boolean shouldNotFilterAsyncDispatch() {
    return false;
  }

  private static Admin.@Nullable OwnTenant tenant() {
    var authentication = SecurityContextHolder.getContext().getAuthentication();
    return authentication != null && authentication.getPrincipal() instanceof Admin admin
        ? admin.tenant()
        : null;
  }
}
