package io.quaymaster.explain;

import io.quaymaster.access.Protocol;
import io.quaymaster.accountfiles.Guard;
import io.quaymaster.explain.Explanation.Check;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.Home;
import io.quaymaster.files.RealPath;
import io.quaymaster.login.Examined;
import io.quaymaster.login.LoginDoor;
import io.quaymaster.login.LoginName;
import io.quaymaster.quota.PlaceId;
import io.quaymaster.quota.Usage;
import io.quaymaster.quota.UsageReading;
import io.quaymaster.refusal.Refusal;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Asks the rules that sessions meet, the same objects in the same order, and touches no file. What
 * it does not know is told: whether a path has links on the way, and whether what it names is
 * there. Threads: any.
 */
public final class Explainer {
  private final LoginDoor door;
  private final UsageReading usage;

  public Explainer(LoginDoor door, UsageReading usage) {
    this.door = door;
    this.usage = usage;
  }

  /**
   * @param path absolute, in the account's view; links are not followed
   * @param source where it would come from
   * @throws Refusal.NotFound there is no such account
   */
  public Explanation explain(
      LoginName name, Operation operation, RealPath path, InetAddress source, Protocol protocol) {
    Examined account =
        door.examine(name, source)
            .orElseThrow(() -> new Refusal.NotFound("account", name.username()));
    List<Check> checks = new ArrayList<>(List.of(login(account, source)));
    if (operation.isOfFiles()) {
      checks.add(protocol(account, protocol));
      if (protocol == Protocol.SFTP) {
        checks.add(requests(account, operation));
      }
      checks.add(policy(account, operation, path));
      if (operation.isGrowth()) {
        checks.add(fileSize(account));
        checks.addAll(quota(account, path));
      }
    }
    return new Explanation(checks);
  }

  private static Check login(Examined account, InetAddress source) {
    return account
        .refusal()
        .map(
            reason ->
                Check.no(
                    "login",
                    reason.name(),
                    "A good proof from %s would be refused.".formatted(source.getHostAddress())))
        .orElseGet(
            () ->
                Check.yes(
                    "login",
                    "The account is active, and a good proof from %s would be accepted."
                        .formatted(source.getHostAddress())));
  }

  private static Check protocol(Examined account, Protocol protocol) {
    return account.protocols().contains(protocol)
        ? Check.yes("protocols", "The account may use " + protocol.wireName() + ".")
        : Check.no(
            "protocols", "PROTOCOL_DENIED", "The account may not use " + protocol.wireName() + ".");
  }

  private static Check requests(Examined account, Operation operation) {
    return operation.requests().stream()
        .filter(request -> !account.sftp().allowsRequest(request))
        .findFirst()
        .map(
            request ->
                Check.no(
                    "requests",
                    "REQUEST_DENIED",
                    "The account's request lists deny '" + request + "'."))
        .orElseGet(
            () ->
                Check.yes(
                    "requests",
                    "The account's request lists allow "
                        + String.join(", ", operation.requests())
                        + "."));
  }

  private static Check policy(Examined account, Operation operation, RealPath path) {
    String rule =
        account
            .policy()
            .ruleOf(path)
            .map(r -> "The rule of " + r.below() + " decides.")
            .orElse("No rule covers it.");
    try {
      operation.require(new Guard(account.policy()), path);
      return Check.yes("policy", rule);
    } catch (FileFailure refused) {
      return Check.no("policy", refused.kind().name(), rule + " " + refused.getMessage());
    }
  }

  private static Check fileSize(Examined account) {
    Long most = account.limits().maxFileBytes();
    if (most == null) {
      return Check.yes("file-size", "A file may have any length.");
    }
    return most == 0
        ? Check.no("file-size", "FILE_TOO_LARGE", "No file may have a byte.")
        : Check.yes("file-size", "A file may have " + most + " bytes.");
  }

  private List<Check> quota(Examined account, RealPath path) {
    Home part =
        Stream.concat(Stream.of(account.home()), account.mounts().stream())
            .filter(home -> path.startsWith(home.at()))
            .max(Comparator.comparingInt(home -> home.at().components().size()))
            .orElse(account.home());
    Usage place = usage.ofPlace(new PlaceId(part.storeId(), part.root().toString()));
    Usage tenant = usage.ofTenant(account.tenantId());
    return List.of(
        quota("quota of " + part.at() + " in store " + part.storeName(), place),
        quota("quota of the tenant", tenant));
  }

  private static Check quota(String rule, Usage usage) {
    if (isFull(usage.bytes())) {
      return Check.no(rule, "QUOTA_BYTES", shown(usage.bytes(), "bytes"));
    }
    if (isFull(usage.files())) {
      return Check.no(rule, "QUOTA_FILES", shown(usage.files(), "files"));
    }
    return Check.yes(rule, shown(usage.bytes(), "bytes") + " " + shown(usage.files(), "files"));
  }

  private static boolean isFull(Usage.Amount amount) {
    Long limit = amount.limit();
    return limit != null && amount.used() + amount.reserved() >= limit;
  }

  private static String shown(Usage.Amount amount, String unit) {
    return "%d %s used, %d reserved, limit %s."
        .formatted(
            amount.used(),
            unit,
            amount.reserved(),
            amount.limit() == null ? "none" : String.valueOf(amount.limit()));
  }
}
