package io.quaymaster.admin.http;

import io.quaymaster.admin.oidc.IdentityProviderAway;
import io.quaymaster.files.FileFailure;
import io.quaymaster.refusal.FieldError;
import io.quaymaster.refusal.Refusal;
import jakarta.servlet.http.HttpServletRequest;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.TypeMismatchException;
import org.springframework.dao.ConcurrencyFailureException;
import org.springframework.dao.DataIntegrityViolationException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.http.converter.HttpMessageNotReadableException;
import org.springframework.web.bind.MissingServletRequestParameterException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.context.request.ServletWebRequest;
import org.springframework.web.context.request.WebRequest;
import org.springframework.web.method.annotation.MethodArgumentTypeMismatchException;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;
import tools.jackson.core.JacksonException;

/** The one table from what was thrown to what the admin is told. Nothing leaks: no stack trace. */
@RestControllerAdvice
public final class ProblemAdvice extends ResponseEntityExceptionHandler {
  private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);
  private static final String RETRY_SECONDS = "2";

  @ExceptionHandler(Refusal.class)
  ResponseEntity<Object> refused(Refusal refusal, HttpServletRequest request) {
    String text = refusal.getMessage();
    return switch (refusal) {
      case Refusal.NotFound _ -> answer(HttpStatus.NOT_FOUND, "NOT_FOUND", text, request);
      case Refusal.Invalid invalid -> invalid(text, invalid.errors(), request);
      case Refusal.Conflict conflict -> answer(HttpStatus.CONFLICT, conflict.code(), text, request);
      case Refusal.Stale _ ->
          answer(HttpStatus.PRECONDITION_FAILED, "PRECONDITION_FAILED", text, request);
      case Refusal.Unprocessable wrong ->
          answer(HttpStatus.UNPROCESSABLE_CONTENT, wrong.code(), text, request);
      case Refusal.Forbidden _ -> answer(HttpStatus.FORBIDDEN, "FORBIDDEN", text, request);
      case Refusal.Busy _ -> later("BUSY", text, request);
    };
  }

  /** Of all that can go wrong with files, an admin meets what a recount meets. */
  @ExceptionHandler(FileFailure.class)
  ResponseEntity<Object> failed(FileFailure failure, HttpServletRequest request) {
    return switch (failure.kind()) {
      case NOT_FOUND -> answer(HttpStatus.NOT_FOUND, "NOT_FOUND", failure.getMessage(), request);
      case LEDGER_UNAVAILABLE -> unavailable(request);
      default -> {
        log.warn("A store failed: {}", failure.getMessage(), failure);
        yield later(failure.kind().name(), failure.getMessage(), request);
      }
    };
  }

  @ExceptionHandler(IdentityProviderAway.class)
  ResponseEntity<Object> unverifiable(IdentityProviderAway away, HttpServletRequest request) {
    return later("IDENTITY_PROVIDER_UNAVAILABLE", away.getMessage(), request);
  }

  @ExceptionHandler(ConcurrencyFailureException.class)
  ResponseEntity<Object> raced(HttpServletRequest request) {
    return answer(
        HttpStatus.CONFLICT,
        "CONFLICT",
        "Someone else changed it at the same moment. Try again.",
        request);
  }

  /** A store, say, was deleted while an account moved into it: the database held the line. */
  @ExceptionHandler(DataIntegrityViolationException.class)
  ResponseEntity<Object> contradicted(
      DataIntegrityViolationException contradiction, HttpServletRequest request) {
    log.warn("A change was refused by the database's constraints", contradiction);
    return raced(request);
  }

  @ExceptionHandler(Exception.class)
  ResponseEntity<Object> broken(Exception failure, HttpServletRequest request) {
    if (DatabaseOutage.isCauseOf(failure)) {
      log.warn("The database does not answer: {}", failure.getMessage());
      return unavailable(request);
    }
    String id = RequestFrame.correlationId(request);
    if (SecondLock.isCauseOf(failure)) {
      log.error(
          "{} {} was let through and then refused by the database's row-level security ({})",
          request.getMethod(),
          request.getRequestURI(),
          id,
          failure);
      return answer(HttpStatus.FORBIDDEN, "FORBIDDEN", "This may not be done.", request);
    }
    log.error("{} {} failed ({})", request.getMethod(), request.getRequestURI(), id, failure);
    return answer(
        HttpStatus.INTERNAL_SERVER_ERROR,
        "INTERNAL",
        "The gateway has a defect. Its log says more under the correlation id.",
        request);
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleHttpMessageNotReadable(
      HttpMessageNotReadableException unreadable,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest web) {
    HttpServletRequest request = servletRequest(web);
    for (Throwable at = unreadable; at != null; at = at.getCause()) {
      if (at instanceof BodyTooLarge) {
        return answer(HttpStatus.CONTENT_TOO_LARGE, "BODY_TOO_LARGE", BodyTooLarge.TEXT, request);
      }
      if (at instanceof JacksonException wrong && !(wrong.getCause() instanceof BodyTooLarge)) {
        return json(wrong, request);
      }
    }
    return answer(HttpStatus.BAD_REQUEST, "MALFORMED_JSON", "A JSON body is missing.", request);
  }

  @ExceptionHandler(JacksonException.class)
  ResponseEntity<Object> json(JacksonException wrong, HttpServletRequest request) {
    return switch (JsonMistake.of(wrong)) {
      case JsonMistake.Syntax(String text) ->
          answer(HttpStatus.BAD_REQUEST, "MALFORMED_JSON", text, request);
      case JsonMistake.Field(FieldError error) ->
          invalid("One field is wrong.", List.of(error), request);
    };
  }

  /** An id that is no number names nothing; a parameter that is no number is a mistake. */
  @Override
  protected @Nullable ResponseEntity<Object> handleTypeMismatch(
      TypeMismatchException wrong, HttpHeaders headers, HttpStatusCode status, WebRequest web) {
    HttpServletRequest request = servletRequest(web);
    if (wrong instanceof MethodArgumentTypeMismatchException argument) {
      return argument.getParameter().hasParameterAnnotation(PathVariable.class)
          ? answer(HttpStatus.NOT_FOUND, "NOT_FOUND", "There is nothing here.", request)
          : invalid(
              "One parameter is wrong.",
              List.of(new FieldError(argument.getName(), "is of the wrong type")),
              request);
    }
    return answer(HttpStatus.BAD_REQUEST, "BAD_REQUEST", "A parameter is wrong.", request);
  }

  @Override
  protected @Nullable ResponseEntity<Object> handleMissingServletRequestParameter(
      MissingServletRequestParameterException missing,
      HttpHeaders headers,
      HttpStatusCode status,
      WebRequest web) {
    return invalid(
        "One parameter is wrong.",
        List.of(new FieldError(missing.getParameterName(), "is required")),
        servletRequest(web));
  }

  /** What Spring itself refuses: 404, 405, 406, 415 and their like. */
  @Override
  protected @Nullable ResponseEntity<Object> handleExceptionInternal(
      Exception refused,
      @Nullable Object body,
      HttpHeaders headers,
      HttpStatusCode statusCode,
      WebRequest web) {
    HttpStatus status = HttpStatus.valueOf(statusCode.value());
    HttpServletRequest request = servletRequest(web);
    if (status.is5xxServerError()) {
      return broken(refused, request);
    }
    String code = status == HttpStatus.NOT_FOUND ? "NOT_FOUND" : status.name();
    ResponseEntity<Object> answer = answer(status, code, sentence(status), request);
    HttpHeaders all = new HttpHeaders();
    all.putAll(headers);
    all.putAll(answer.getHeaders());
    return new ResponseEntity<>(answer.getBody(), all, status);
  }

  private static String sentence(HttpStatus status) {
    return switch (status) {
      case NOT_FOUND -> "There is nothing here.";
      case METHOD_NOT_ALLOWED -> "This cannot be done here; Allow says what can.";
      case NOT_ACCEPTABLE -> "The answer is application/json, which Accept does not allow.";
      case UNSUPPORTED_MEDIA_TYPE -> "The body must be application/json.";
      default -> status.getReasonPhrase().toLowerCase(Locale.ROOT) + ".";
    };
  }

  static ResponseEntity<Object> unavailable(HttpServletRequest request) {
    return later("DATABASE_UNAVAILABLE", "The database does not answer.", request);
  }

  private static ResponseEntity<Object> later(
      String code, String text, HttpServletRequest request) {
    return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE)
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .header(HttpHeaders.RETRY_AFTER, RETRY_SECONDS)
        .body(
            Problem.of(
                HttpStatus.SERVICE_UNAVAILABLE, code, text, RequestFrame.correlationId(request)));
  }

  private static ResponseEntity<Object> invalid(
      String text, List<FieldError> errors, HttpServletRequest request) {
    Problem problem =
        Problem.of(
            HttpStatus.UNPROCESSABLE_CONTENT,
            "VALIDATION",
            text,
            RequestFrame.correlationId(request),
            errors);
    return ResponseEntity.unprocessableContent()
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .body(problem);
  }

  private static ResponseEntity<Object> answer(
      HttpStatus status, String code, String text, HttpServletRequest request) {
    return ResponseEntity.status(status)
        .contentType(MediaType.APPLICATION_PROBLEM_JSON)
        .body(Problem.of(status, code, text, RequestFrame.correlationId(request)));
  }

  private static HttpServletRequest servletRequest(WebRequest request) {
    return ((ServletWebRequest) request).getRequest();
  }
}
