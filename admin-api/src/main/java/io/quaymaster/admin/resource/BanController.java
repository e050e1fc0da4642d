package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.BANS_READ;
import static io.quaymaster.token.Scope.BANS_WRITE;
import static io.quaymaster.token.TokenRole.PLATFORM_ADMIN;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.admin.http.Page;
import io.quaymaster.admin.http.Paging;
import io.quaymaster.admission.BanRow;
import io.quaymaster.admission.BanSubject;
import io.quaymaster.admission.Bans;
import io.quaymaster.admission.SourceNetwork;
import io.quaymaster.login.LoginName;
import io.quaymaster.refusal.FieldErrors;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.URI;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** {@code /api/v1/bans}. A tenant admin sees and lifts those of its own accounts. */
@RestController
@RequestMapping(path = "/api/v1/bans", produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Bans")
public class BanController {
  @Schema(name = "NewBan")
  record Request(
      @Schema(
              requiredMode = Schema.RequiredMode.REQUIRED,
              example = "203.0.113.0/24",
              description = "An address, or a network of 8 bits (IPv6: 16) or more.")
          @Nullable String network,
      @Schema(requiredMode = Schema.RequiredMode.REQUIRED, maxLength = Bans.MAX_NOTE)
          @Nullable String reason,
      @Schema(requiredMode = Schema.RequiredMode.REQUIRED, type = "string", format = "date-time")
          @Nullable String until) {
    /** A request that is right in itself. */
    record Checked(SourceNetwork network, String reason, Instant until) {}

    Checked checked() {
      FieldErrors errors = new FieldErrors();
      Fields fields = new Fields(errors);
      Optional<SourceNetwork> source = fields.required(network, "network", SourceNetwork::parse);
      fields.text(reason, "reason", Bans.MAX_NOTE);
      Instant end = fields.time(until, "until");
      errors.check(until != null, "until", "is required");
      errors.throwIfAny();
      return new Checked(
          source.orElseThrow(), reason == null ? "" : reason, end == null ? Instant.MIN : end);
    }
  }

  @Schema(name = "Ban")
  record Response(
      String id,
      @Schema(description = "Nobody from there gets as far as a login; null: an account is banned.")
          @Nullable String network,
      @Schema(
              description =
                  "With account: its password is taken only from networks that it came from"
                      + " before.")
          @Nullable String tenant,
      @Nullable String account,
      @Schema(allowableValues = {"auth-failed", "no-auth", "grace-exceeded", "crash", "manual"})
          String kind,
      @Schema(description = "In an admin's words.") @Nullable String reason,
      @Schema(description = "The token of the admin who did it.") @Nullable String actor,
      @Schema(description = "Bans so far that are not forgiven; each doubles what failures cost.")
          int strikes,
      Instant imposedAt,
      Instant until) {
    static Response of(BanRow row) {
      BanSubject subject = row.ban().subject();
      LoginName name = subject instanceof BanSubject.Account(LoginName account) ? account : null;
      return new Response(
          Long.toString(row.id()),
          name == null ? subject.toString() : null,
          name == null ? null : name.tenant(),
          name == null ? null : name.username(),
          row.ban().reason(),
          row.note().orElse(null),
          row.actor().orElse(null),
          row.ban().strikes(),
          row.ban().imposedAt(),
          row.ban().endsAt());
    }
  }

  private final Bans bans;
  private final AdminAudit audit;

  public BanController(Bans bans, AdminAudit audit) {
    this.bans = bans;
    this.audit = audit;
  }

  @Allowed(role = TENANT_ADMIN, scope = BANS_READ)
  @GetMapping
  @Operation(summary = "Lists bans that are not over, oldest first")
  Page<Response> list(
      @Schema(description = "An address or a network; bans of networks that overlap it.")
          @RequestParam(required = false)
          @Nullable String source,
      @RequestParam(required = false) @Nullable String tenant,
      @RequestParam(required = false) @Nullable String account,
      @RequestParam(required = false) @Nullable String cursor,
      @RequestParam(required = false) @Nullable Integer limit,
      AdminRequest request) {
    Paging paging = Paging.of(cursor, limit);
    return Page.of(
        bans.list(
            request.admin(),
            new Bans.Filter(network(source), tenant, account),
            paging.after(),
            paging.limitAndOne()),
        paging,
        BanRow::id,
        Response::of);
  }

  private static @Nullable SourceNetwork network(@Nullable String source) {
    if (source == null) {
      return null;
    }
    FieldErrors errors = new FieldErrors();
    Optional<SourceNetwork> network =
        new Fields(errors).required(source, "source", SourceNetwork::parse);
    errors.throwIfAny();
    return network.orElse(null);
  }

  @Allowed(role = TENANT_ADMIN, scope = BANS_READ)
  @GetMapping("/{id}")
  @Operation(summary = "Shows a ban that is not over")
  Response get(@PathVariable long id, AdminRequest request) {
    return Response.of(bans.get(request.admin(), id));
  }

  @Allowed(role = PLATFORM_ADMIN, scope = BANS_WRITE)
  @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(summary = "Bans a network in all gateways; one that is banned already, anew")
  ResponseEntity<Response> impose(@RequestBody Request body, AdminRequest request) {
    Request.Checked wanted = body.checked();
    BanRow made = bans.impose(request.admin(), wanted.network(), wanted.reason(), wanted.until());
    Map<String, String> detail = detail(made);
    detail.put("until", made.ban().endsAt().toString());
    detail.put("reason", wanted.reason());
    audit.changed(request, "ban.impose", null, null, detail);
    return ResponseEntity.created(URI.create("/api/v1/bans/" + made.id())).body(Response.of(made));
  }

  @Allowed(role = TENANT_ADMIN, scope = BANS_WRITE)
  @DeleteMapping("/{id}")
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Lifts a ban in all gateways, and forgives what led to it")
  void lift(@PathVariable long id, AdminRequest request) {
    BanRow lifted = bans.lift(request.admin(), id);
    LoginName name =
        lifted.ban().subject() instanceof BanSubject.Account(LoginName account) ? account : null;
    audit.changed(
        request,
        "ban.lift",
        name == null ? null : name.tenant(),
        name == null ? null : name.username(),
        detail(lifted));
  }

  private static Map<String, String> detail(BanRow row) {
    Map<String, String> detail = new HashMap<>();
    detail.put("ban", Long.toString(row.id()));
    detail.put("subject", row.ban().subject().toString());
    detail.put("kind", row.ban().reason());
    return detail;
  }
}
