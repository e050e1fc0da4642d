package io.quaymaster.admin.access;

import io.quaymaster.admin.http.Problem;
import io.quaymaster.admin.http.ProblemWriter;
import io.quaymaster.admin.http.RequestFrame;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;

/** Refuses whoever brings no good token: 401 with a challenge (RFC 6750, section 3). */
final class Unauthenticated implements AuthenticationEntryPoint, AccessDeniedHandler {
  static final String CHALLENGE = "Bearer realm=\"quaymaster\"";

  private final ProblemWriter problems;
  private final AdminAudit audit;

  Unauthenticated(ProblemWriter problems, AdminAudit audit) {
    this.problems = problems;
    this.audit = audit;
  }

  @Override
  public void commence(
      HttpServletRequest request, HttpServletResponse response, AuthenticationException refused)
      throws IOException {
    audit.refused(request, "UNAUTHENTICATED");
    boolean tried = request.getHeader(HttpHeaders.AUTHORIZATION) != null;
    response.setHeader(
        HttpHeaders.WWW_AUTHENTICATE, tried ? CHALLENGE + ", error=\"invalid_token\"" : CHALLENGE);
    problems.write(
        response,
        Problem.of(
            HttpStatus.UNAUTHORIZED,
            "UNAUTHENTICATED",
            tried ? "The token is not valid." : "A bearer token is needed.",
            RequestFrame.correlationId(request)));
  }

  /** The source sent too many wrong tokens: 429 (RFC 6585, section 4). */
  void tooMany(HttpServletRequest request, HttpServletResponse response, int retryAfterSeconds)
      throws IOException {
    audit.refused(request, "TOO_MANY_WRONG_TOKENS");
    response.setHeader(HttpHeaders.RETRY_AFTER, Integer.toString(retryAfterSeconds));
    problems.write(
        response,
        Problem.of(
            HttpStatus.TOO_MANY_REQUESTS,
            "TOO_MANY_WRONG_TOKENS",
            "Too many wrong tokens came from this address.",
            RequestFrame.correlationId(request)));
  }

  @Override
  public void handle(
      HttpServletRequest request, HttpServletResponse response, AccessDeniedException refused)
      throws IOException {
    audit.refused(request, "FORBIDDEN");
    response.setHeader(HttpHeaders.WWW_AUTHENTICATE, CHALLENGE + ", error=\"insufficient_scope\"");
    problems.write(
        response,
        Problem.of(
            HttpStatus.FORBIDDEN,
            "FORBIDDEN",
            "This may not be done.",
            RequestFrame.correlationId(request)));
  }
}
