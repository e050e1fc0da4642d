package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.AUDIT_READ;
import static io.quaymaster.token.TokenRole.PLATFORM_ADMIN;

import io.quaymaster.account.SourceRange;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.http.Page;
import io.quaymaster.admin.http.Paging;
import io.quaymaster.negotiation.AlgorithmOffer;
import io.quaymaster.negotiation.NegotiationFailure;
import io.quaymaster.negotiation.NegotiationFailures;
import io.quaymaster.negotiation.NegotiationFailures.Kept;
import io.quaymaster.refusal.FieldErrors;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/**
 * {@code /api/v1/negotiation-failures}, newest first: why a partner cannot connect. For platform
 * admins, because nobody knows yet whose such a connection is.
 */
@RestController
@RequestMapping(path = "/api/v1/negotiation-failures", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "History")
public class NegotiationFailureController {
  @Schema(name = "AlgorithmOffer", description = "Names of SSH, in the order of preference.")
  record OfferJson(
      List<String> kex,
      List<String> hostKeys,
      @Schema(description = "From the client to the gateway.") List<String> ciphersIn,
      @Schema(description = "From the gateway to the client.") List<String> ciphersOut,
      List<String> macsIn,
      List<String> macsOut) {
    static OfferJson of(AlgorithmOffer offer) {
      return new OfferJson(
          offer.kex(),
          offer.hostKeys(),
          offer.ciphersIn(),
          offer.ciphersOut(),
          offer.macsIn(),
          offer.macsOut());
    }
  }

  @Schema(name = "NegotiationFailure")
  record FailureJson(
      Instant firstAt,
      Instant lastAt,
      @Schema(description = "How often it happened just like that, and was written down.")
          long times,
      @Schema(example = "main") String listener,
      @Schema(allowableValues = {"modern", "fips-like", "legacy"}) String policy,
      String source,
      @Schema(description = "How the client identified itself; null if it did not.")
          @Nullable String client,
      NegotiationFailure.Code code,
      String message,
      @Schema(description = "By the client; null if it ended before it said.")
          @Nullable OfferJson offered,
      @Schema(description = "By the listener.") OfferJson available,
      @Schema(description = "Policies under which the client could connect.")
          List<String> wouldMatch) {
    static FailureJson of(Kept kept) {
      NegotiationFailure failure = kept.failure();
      AlgorithmOffer offered = failure.offered();
      return new FailureJson(
          kept.firstAt(),
          kept.lastAt(),
          kept.times(),
          failure.listener(),
          failure.policy(),
          failure.source().getHostAddress(),
          failure.client(),
          failure.code(),
          failure.message(),
          offered == null ? null : OfferJson.of(offered),
          OfferJson.of(failure.available()),
          failure.wouldMatch());
    }
  }

  private final NegotiationFailures failures;

  public NegotiationFailureController(NegotiationFailures failures) {
    this.failures = failures;
  }

  @Allowed(role = PLATFORM_ADMIN, scope = AUDIT_READ)
  @GetMapping
  @Operation(summary = "Lists connections that failed before authentication, and why")
  Page<FailureJson> list(
      @Schema(description = "An address or a network, such as 203.0.113.0/24.")
          @RequestParam(required = false)
          @Nullable String source,
      @RequestParam(required = false) @Nullable String since,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit) {
    Paging paging = Paging.of(cursor, limit);
    FieldErrors errors = new FieldErrors();
    Fields fields = new Fields(errors);
    Instant from = fields.time(since, "since");
    SourceRange range =
        source == null ? null : fields.required(source, "source", SourceRange::parse).orElse(null);
    errors.throwIfAny();
    return Page.of(
        failures.list(range, from, paging.before(), paging.limitAndOne()),
        paging,
        Kept::position,
        FailureJson::of);
  }
}
