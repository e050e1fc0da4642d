package io.quaymaster.admin.access;

import io.quaymaster.token.Admin;
import io.quaymaster.token.TokenCheck;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.security.core.context.SecurityContext;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.servlet.HandlerExceptionResolver;

/**
 * Reads {@code Authorization: Bearer …} (RFC 6750, section 2.1). A request without a good token
 * goes on as nobody's, and is refused behind here wherever it needs somebody.
 */
final class BearerFilter extends OncePerRequestFilter {
  private static final Pattern HEADER =
      Pattern.compile("Bearer +([!-~]+)", Pattern.CASE_INSENSITIVE);

  private final TokenCheck tokens;
  private final HandlerExceptionResolver problems;

  BearerFilter(TokenCheck tokens, HandlerExceptionResolver problems) {
    this.tokens = tokens;
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Optional<Admin> admin;
    try {
      admin = token(request).flatMap(tokens::check);
    } catch (RuntimeException unknowable) {
      // The database is away, most likely: whose token it is cannot be said, so it opens nothing.
      problems.resolveException(request, response, null, unknowable);
      return;
    }
    admin.ifPresent(BearerFilter::remember);
    chain.doFilter(request, response);
  }

  /** A failed dispatch must be answered as the same admin's. */
  @Override
  protected boolean shouldNotFilterErrorDispatch() {
    return true;
  }

  private static Optional<String> token(HttpServletRequest request) {
    @Nullable String header = request.getHeader(HttpHeaders.AUTHORIZATION);
    if (header == null) {
      return Optional.empty();
    }
    Matcher matcher = HEADER.matcher(header.strip());
    return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
  }

  private static void remember(Admin admin) {
    SecurityContext context = SecurityContextHolder.createEmptyContext();
    context.setAuthentication(new BearerToken(admin));
    SecurityContextHolder.setContext(context);
  }
}
