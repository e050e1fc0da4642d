package io.quaymaster.access;

import io.quaymaster.files.RealPath;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Rules by path: the rule of the nearest ancestor decides. A pure function of an account's data,
 * evaluated on the path that is really reached and never on the one that was asked for.
 */
public final class AccessPolicy {
  /**
   * @param below where the rule begins: this path and everything under it, down to the next rule
   */
  public record Rule(RealPath below, Set<Permission> allowed) {
    public Rule {
      allowed = Set.copyOf(allowed);
    }
  }

  /** Longest path first, so that the first that fits is the nearest. */
  private final List<Rule> nearestFirst;

  private final boolean readOnly;

  /**
   * @param rules at most one for a path; a path that no rule covers allows nothing
   * @param readOnly takes away whatever changes anything
   */
  public AccessPolicy(List<Rule> rules, boolean readOnly) {
    this.nearestFirst =
        rules.stream()
            .sorted(Comparator.comparingInt((Rule r) -> r.below().byteText().length()).reversed())
            .toList();
    if (rules.stream().map(Rule::below).distinct().count() != rules.size()) {
      throw new IllegalArgumentException("two rules for one path");
    }
    this.readOnly = readOnly;
  }

  public boolean readOnly() {
    return readOnly;
  }

  /** What is allowed on a path. */
  public Set<Permission> allowed(RealPath path) {
    return ruleOf(path)
        .map(rule -> readOnly ? withoutChanges(rule.allowed()) : rule.allowed())
        .orElse(Set.of());
  }

  /** The rule that decides on a path; empty if none covers it. */
  public Optional<Rule> ruleOf(RealPath path) {
    for (Rule rule : nearestFirst) {
      if (path.startsWith(rule.below())) {
        return Optional.of(rule);
      }
    }
    return Optional.empty();
  }

  /** What this policy allows in a directory and below it; nothing outside. */
  public AccessPolicy within(RealPath directory) {
    List<Rule> inside =
        Stream.concat(
                nearestFirst.stream().filter(rule -> rule.below().startsWith(directory)),
                nearestFirst.stream()
                    .filter(rule -> directory.startsWith(rule.below()))
                    .limit(1)
                    .filter(rule -> !rule.below().equals(directory))
                    .map(rule -> new Rule(directory, rule.allowed())))
            .toList();
    return new AccessPolicy(inside, readOnly);
  }

  /** The same without whatever changes anything. */
  public AccessPolicy asReadOnly() {
    return new AccessPolicy(nearestFirst, true);
  }

  public boolean allows(Permission permission, RealPath path) {
    return allowed(path).contains(permission);
  }

  private static Set<Permission> withoutChanges(Set<Permission> allowed) {
    Set<Permission> left = EnumSet.of(Permission.LIST, Permission.READ);
    left.retainAll(allowed);
    return left;
  }
}
