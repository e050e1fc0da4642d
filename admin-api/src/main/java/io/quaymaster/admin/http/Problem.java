package io.quaymaster.admin.http;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quaymaster.refusal.FieldError;
import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/** A refusal or failure as RFC 9457 writes it, with a code for programs. */
@JsonInclude(JsonInclude.Include.NON_NULL)
@Schema(description = "Why a request was not done (RFC 9457).")
public record Problem(
    @Schema(
            description = "A stable name of the kind of problem.",
            example = "urn:quaymaster:problem:validation")
        String type,
    @Schema(example = "Unprocessable Content") String title,
    @Schema(description = "The HTTP status.", example = "422") int status,
    @Schema(description = "A sentence for people.") String detail,
    @Schema(description = "The same as type, for programs.", example = "VALIDATION") String code,
    @Schema(description = "The audit log and the gateway's log bear it too.") String correlationId,
    @Schema(description = "What is wrong with which field; for VALIDATION.")
        @Nullable List<FieldError> errors) {
  public static final String MEDIA_TYPE = "application/problem+json";

  public static Problem of(HttpStatus status, String code, String detail, String correlationId) {
    return of(status, code, detail, correlationId, null);
  }

  static Problem of(
      HttpStatus status,
      String code,
      String detail,
      String correlationId,
      @Nullable List<FieldError> errors) {
    String name = code.toLowerCase(Locale.ROOT).replace('_', '-');
    return new Problem(
        "urn:quaymaster:problem:" + name,
        status.getReasonPhrase(),
        status.value(),
        detail,
        code,
        correlationId,
        errors);
  }
}
