package io.quaymaster.explain;

import java.util.List;
import java.util.Optional;

/**
 * All rules that were asked, in the order in which a session meets them.
 *
 * @param checks the first that refuses decides
 */
public record Explanation(List<Check> checks) {
  /**
   * One rule's answer.
   *
   * @param rule for example {@code login}, {@code policy}, {@code quota}
   * @param code what the client or the audit log would be told; empty if it allows
   * @param message for people
   */
  public record Check(String rule, boolean allowed, String code, String message) {
    static Check yes(String rule, String message) {
      return new Check(rule, true, "", message);
    }

    static Check no(String rule, String code, String message) {
      return new Check(rule, false, code, message);
    }
  }

  public Explanation {
    checks = List.copyOf(checks);
  }

  public boolean allowed() {
    return checks.stream().allMatch(Check::allowed);
  }

  /** The rule that refuses; empty if none does. */
  public Optional<Check> decidedBy() {
    return checks.stream().filter(check -> !check.allowed()).findFirst();
  }
}
