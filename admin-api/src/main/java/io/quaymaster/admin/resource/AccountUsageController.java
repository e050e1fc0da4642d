package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.ACCOUNTS_READ;
import static io.quaymaster.token.Scope.ACCOUNTS_WRITE;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.account.Accounts;
import io.quaymaster.admin.access.AdminAudit;
import io.quaymaster.admin.access.AdminRequest;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.files.FileFailure;
import io.quaymaster.quota.PlaceId;
import io.quaymaster.quota.QuotaScopes;
import io.quaymaster.quota.Recount;
import io.quaymaster.quota.Usage;
import io.quaymaster.quota.UsageReading;
import io.swagger.v3.oas.annotations.Operation;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@code …/accounts/{username}/usage}: what the account's home holds. */
@RestController
@RequestMapping(
    path = "/api/v1/tenants/{tenant}/accounts/{username}/usage",
    produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Accounts")
public class AccountUsageController {
  @Schema(name = "RecountedUsage")
  record Recounted(
      Usage.Amount bytes,
      Usage.Amount files,
      @Schema(description = "By how much used was wrong; negative if it was too high.")
          long correctedBytes) {}

  private final Accounts accounts;
  private final QuotaScopes scopes;
  private final UsageReading usage;
  private final Recount recount;
  private final AdminAudit audit;

  public AccountUsageController(
      Accounts accounts,
      QuotaScopes scopes,
      UsageReading usage,
      Recount recount,
      AdminAudit audit) {
    this.accounts = accounts;
    this.scopes = scopes;
    this.usage = usage;
    this.recount = recount;
    this.audit = audit;
  }

  @Allowed(role = TENANT_ADMIN, scope = ACCOUNTS_READ)
  @GetMapping
  @Operation(summary = "What an account's home holds and may hold")
  Usage usage(@PathVariable String tenant, @PathVariable String username) {
    return usage.ofPlace(accounts.homePlace(tenant, username));
  }

  @Allowed(role = TENANT_ADMIN, scope = ACCOUNTS_WRITE)
  @PostMapping("/recount")
  @Operation(
      summary = "Measures an account's home anew",
      description = "For files that were changed behind the gateway's back.")
  Recounted recount(
      @PathVariable String tenant, @PathVariable String username, AdminRequest request)
      throws FileFailure {
    PlaceId place = accounts.homePlace(tenant, username);
    long scope =
        scopes
            .idOf(place)
            .orElseThrow(() -> new IllegalStateException("no ledger row of " + place));
    long corrected = recount.recount(scope);
    audit.changed(
        request,
        "usage.recount",
        tenant,
        username,
        Map.of("correctedBytes", Long.toString(corrected)));
    Usage now = usage.ofPlace(place);
    return new Recounted(now.bytes(), now.files(), corrected);
  }
}
