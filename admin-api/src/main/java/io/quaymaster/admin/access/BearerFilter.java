package io.quaymaster.admin.access;

import io.quaymaster.token.Admin;
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

  private final Bearers bearers;
  private final TokenGuesses guesses;
  private final Unauthenticated refusal;
  private final HandlerExceptionResolver problems;

  BearerFilter(
      Bearers bearers,
      TokenGuesses guesses,
      Unauthenticated refusal,
      HandlerExceptionResolver problems) {
    this.bearers = bearers;
    this.guesses = guesses;
    this.refusal = refusal;
    this.problems = problems;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    Optional<String> token = token(request);
    if (token.isPresent() && !isAdmitted(token.get(), request, response)) {
      return;
    }
    chain.doFilter(request, response);
  }

  /** Whether the request goes on, as an admin's or as nobody's; else it is answered. */
  private boolean isAdmitted(String token, HttpServletRequest request, HttpServletResponse response)
      throws IOException {
    String source = request.getRemoteAddr();
    if (!guesses.mayTry(source, token)) {
      refusal.tooMany(request, response, guesses.retryAfterSeconds());
      return false;
    }
    Optional<Admin> admin;
    try {
      admin = bearers.check(token);
    } catch (RuntimeException unknowable) {
      // The database is away, most likely: whose token it is cannot be said, so it opens nothing.
      problems.resolveException(request, response, null, unknowable);
      return false;
    }
    if (admin.isPresent()) {
      guesses.right(token);
      remember(admin.get());
      return true;
    }
    if (!guesses.wrong(source, token)) {
      refusal.tooMany(request, response, guesses.retryAfterSeconds());
      return false;
    }
    return true;
  }

  /** What is open to all is open to whoever brings a wrong token, too. */
  @Override
  protected boolean shouldNotFilter(HttpServletRequest request) {
    return OpenPaths.has(request);
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
