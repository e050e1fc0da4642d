package io.quaymaster.admin.access;

import io.quaymaster.token.Admin;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;

/**
 * Takes the first lock out where a test's request asks for it: behind all of security, whoever came
 * in is a platform admin. So {@link RoleCheck} lets everything through, and no handler and no query
 * adds a condition.
 */
public final class FirstLockOut extends OncePerRequestFilter {
  public static final String HEADER = "X-Test-First-Lock";

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    if (request.getHeader(HEADER) != null
        && SecurityContextHolder.getContext().getAuthentication() instanceof BearerToken token
        && token.getPrincipal() instanceof Admin admin) {
      SecurityContextHolder.getContext()
          .setAuthentication(new BearerToken(new Admin(admin.tokenName(), null)));
    }
    chain.doFilter(request, response);
  }
}
