package io.quaymaster.admin.resource;

import static io.quaymaster.token.Scope.ACCOUNTS_READ;
import static io.quaymaster.token.TokenRole.TENANT_ADMIN;

import io.quaymaster.access.Protocol;
import io.quaymaster.account.Accounts;
import io.quaymaster.admin.access.Allowed;
import io.quaymaster.explain.Explainer;
import io.quaymaster.explain.Explanation;
import io.quaymaster.explain.Explanation.Check;
import io.quaymaster.explain.Operation;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.VirtualPath;
import io.quaymaster.login.LoginDoor;
import io.quaymaster.login.LoginName;
import io.quaymaster.quota.UsageReading;
import io.quaymaster.refusal.FieldErrors;
import io.swagger.v3.oas.annotations.media.Schema;
import io.swagger.v3.oas.annotations.tags.Tag;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@code …/accounts/{username}/explain}: which rule would allow or refuse something. */
@RestController
@RequestMapping(
    path = "/api/v1/tenants/{tenant}/accounts/{username}/explain",
    produces = MediaType.APPLICATION_JSON_VALUE)
@Tag(name = "Accounts")
public class ExplainController {
  @Schema(name = "ExplainedRule")
  record CheckJson(
      @Schema(example = "policy") String rule,
      boolean allowed,
      @Schema(description = "What the client or the audit log would say.", example = "READ_ONLY")
          @Nullable String code,
      String message) {
    static CheckJson of(Check check) {
      return new CheckJson(
          check.rule(),
          check.allowed(),
          check.code().isEmpty() ? null : check.code(),
          check.message());
    }
  }

  @Schema(name = "Explanation")
  record ExplanationJson(
      boolean allowed,
      @Schema(description = "The first rule that refuses; null if none does.")
          @Nullable CheckJson decidedBy,
      @Schema(description = "All rules, in the order in which a session meets them.")
          List<CheckJson> checks) {
    static ExplanationJson of(Explanation e) {
      return new ExplanationJson(
          e.allowed(),
          e.decidedBy().map(CheckJson::of).orElse(null),
          e.checks().stream().map(CheckJson::of).toList());
    }
  }

  private final Accounts accounts;
  private final Explainer explainer;

  public ExplainController(Accounts accounts, LoginDoor door, UsageReading usage) {
    this.accounts = accounts;
    this.explainer = new Explainer(door, usage);
  }

  @Allowed(role = TENANT_ADMIN, scope = ACCOUNTS_READ)
  @GetMapping
  @io.swagger.v3.oas.annotations.Operation(
      summary = "Which rule would allow or refuse something, without trying it",
      description = "Links are not followed, and whether the file is there is not looked up.")
  ExplanationJson explain(
      @PathVariable String tenant,
      @PathVariable String username,
      @RequestParam String operation,
      @RequestParam(required = false) @Nullable String path,
      @RequestParam(required = false) @Nullable String source,
      @RequestParam(required = false) @Nullable String protocol) {
    // Who asks for an account that is not there learns that first.
    accounts.homePlace(tenant, username);
    FieldErrors errors = new FieldErrors();
    Optional<Operation> what = Operation.ofWireName(operation);
    errors.check(what.isPresent(), "operation", "is none of " + operations());
    RealPath where = path(path, errors);
    InetAddress from = source(source, errors);
    Optional<Protocol> by =
        Arrays.stream(Protocol.values())
            .filter(p -> p.wireName().equals(protocol == null ? "sftp" : protocol))
            .findFirst();
    errors.check(by.isPresent(), "protocol", "is none of sftp, scp");
    errors.throwIfAny();
    return ExplanationJson.of(
        explainer.explain(
            new LoginName(username, tenant), what.orElseThrow(), where, from, by.orElseThrow()));
  }

  private static String operations() {
    return Arrays.stream(Operation.values())
        .map(Operation::wireName)
        .collect(Collectors.joining(", "));
  }

  private static RealPath path(@Nullable String path, FieldErrors errors) {
    try {
      return VirtualPath.of(path == null ? "/" : path).lexical();
    } catch (FileFailure wrong) {
      errors.add("path", String.valueOf(wrong.getMessage()));
      return RealPath.ROOT;
    }
  }

  /** An address, never a name: nothing is looked up. */
  private static InetAddress source(@Nullable String source, FieldErrors errors) {
    try {
      return source == null ? InetAddress.getLoopbackAddress() : InetAddress.ofLiteral(source);
    } catch (IllegalArgumentException wrong) {
      errors.add("source", "must be an IP address");
      return InetAddress.getLoopbackAddress();
    }
  }
}
