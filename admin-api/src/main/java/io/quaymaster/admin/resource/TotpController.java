package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.KEYS_READ;
import static io.quaymaster.token.Scope.KEYS_WRITE;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.account.AccountCodes;
import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.credential.Totp;
import io.quaymaster.refusal.FieldErrors;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.util.UriComponentsBuilder;

/** {@code …/accounts/{username}/totp}. */
@RestController
@RequestMapping(
    path = "/api/v1/tenants/{tenant}/accounts/{username}/totp",
    produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Authenticator apps")
public class TotpController {
  @Schema(name = "TotpEnrolment", description = "Shown this once.")
  record Enrolment(
      @Schema(description = "Base32, to be typed.") String secret,
      @Schema(description = "For a QR code.", example = "otpauth://totp/…") String uri) {
    @Override
    public String toString() {
      return "TotpEnrolment[***]";
    }
  }

  @Schema(name = "TotpCode")
  record Code(
      @Schema(
              description = "What the app shows now.",
              requiredMode = Schema.RequiredMode.REQUIRED,
              pattern = "^[0-9]{6}$")
          @Nullable String code) {
    @Override
    public String toString() {
      return "TotpCode[***]";
    }
  }

  @Schema(name = "RecoveryCodes", description = "Shown this once; each lets in once.")
  record RecoveryCodes(List<String> recoveryCodes) {
    @Override
    public String toString() {
      return "RecoveryCodes[***]";
    }
  }

  @Schema(name = "Totp")
  record Status(
      boolean confirmed, Instant createdAt, @Nullable Instant confirmedAt, int recoveryCodesLeft) {}

  private final AccountCodes codes;
  private final AdminAudit audit;

  public TotpController(AccountCodes codes, AdminAudit audit) {
    this.codes = codes;
    this.audit = audit;
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @PostMapping
  @ResponseStatus(HttpStatus.CREATED)
  @Operation(
      summary = "Gives an account an authenticator app (RFC 6238)",
      description =
          "It counts when a code of it was confirmed. It is asked for where the account's methods"
              + " say keyboard-interactive.")
  ResponseEntity<Enrolment> enrol(
      @PathVariable String tenant, @PathVariable String username, AdminRequest request) {
    AccountCodes.Enrolment made = codes.enrol(tenant, username);
    audit.changed(request, "totp.create", tenant, username, Map.of());
    return ResponseEntity.created(
            UriComponentsBuilder.fromPath("/api/v1/tenants/{tenant}/accounts/{username}/totp")
                .build(tenant, username))
        .cacheControl(CacheControl.noStore())
        .body(new Enrolment(made.secret(), made.uri()));
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @PostMapping(path = "/confirm", consumes = MediaType.APPLICATION_JSON_VALUE)
  @Operation(summary = "Shows a code, from which on the app counts; answers the recovery codes")
  ResponseEntity<RecoveryCodes> confirm(
      @PathVariable String tenant,
      @PathVariable String username,
      @RequestBody Code body,
      AdminRequest request) {
    String code = body.code() == null ? "" : body.code().strip();
    FieldErrors errors = new FieldErrors();
    errors.check(Totp.isForm(code), "code", "must be the six digits that the app shows");
    errors.throwIfAny();
    List<String> recovery = codes.confirm(tenant, username, code);
    audit.changed(request, "totp.confirm", tenant, username, Map.of());
    return shown(recovery);
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @PostMapping("/recovery-codes")
  @Operation(summary = "Makes new recovery codes; the old ones let in no more")
  ResponseEntity<RecoveryCodes> renew(
      @PathVariable String tenant, @PathVariable String username, AdminRequest request) {
    List<String> recovery = codes.renewRecoveryCodes(tenant, username);
    audit.changed(request, "totp.recovery-codes", tenant, username, Map.of());
    return shown(recovery);
  }

  private static ResponseEntity<RecoveryCodes> shown(List<String> recovery) {
    return ResponseEntity.ok()
        .cacheControl(CacheControl.noStore())
        .body(new RecoveryCodes(recovery));
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_READ)
  @GetMapping
  @Operation(summary = "Shows whether an account has an authenticator app, without its secret")
  Status get(@PathVariable String tenant, @PathVariable String username) {
    AccountCodes.Status status = codes.status(tenant, username);
    return new Status(
        status.confirmedAt() != null,
        status.createdAt(),
        status.confirmedAt(),
        status.recoveryCodesLeft());
  }

  @Allowed(role = TENANT_ADMIN, scope = KEYS_WRITE)
  @DeleteMapping
  @ResponseStatus(HttpStatus.NO_CONTENT)
  @Operation(summary = "Takes the app and the recovery codes away")
  void delete(@PathVariable String tenant, @PathVariable String username, AdminRequest request) {
    codes.delete(tenant, username);
    audit.changed(request, "totp.delete", tenant, username, Map.of());
  }
}
