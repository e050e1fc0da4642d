package io.quaymaster.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.access.AccessPolicy.Rule;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.Seeds;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Laws of the policy. */
class AccessPolicyPropertyTest {
  private static final int SEEDS = 5_000;

  private static Set<Permission> permissions(Random random) {
    Set<Permission> some = EnumSet.noneOf(Permission.class);
    for (Permission each : Permission.values()) {
      if (random.nextBoolean()) {
        some.add(each);
      }
    }
    return some;
  }

  private static List<Rule> rules(Random random) {
    Map<RealPath, Rule> rules = new HashMap<>();
    for (int i = random.nextInt(8); i > 0; i--) {
      RealPath below = Seeds.realPath(random);
      rules.put(below, new Rule(below, permissions(random)));
    }
    return new ArrayList<>(rules.values());
  }

  @Test
  void theNearestRuleDecides() {
    Seeds.forAll(
        SEEDS,
        random -> {
          List<Rule> rules = rules(random);
          RealPath path = Seeds.realPath(random);
          Set<Permission> expected = Set.of();
          for (RealPath prefix : path.lineage()) {
            for (Rule rule : rules) {
              expected = rule.below().equals(prefix) ? rule.allowed() : expected;
            }
          }
          assertThat(new AccessPolicy(rules, false).allowed(path)).isEqualTo(expected);
        });
  }

  @Test
  void aRuleThatAllowsLessNeverWidens() {
    Seeds.forAll(
        SEEDS,
        random -> {
          List<Rule> rules = rules(random);
          AccessPolicy before = new AccessPolicy(rules, random.nextBoolean());
          RealPath at = Seeds.realPath(random);
          Set<Permission> less = permissions(random);
          less.retainAll(before.allowed(at));
          rules.removeIf(rule -> rule.below().equals(at));
          rules.add(new Rule(at, less));
          AccessPolicy after = new AccessPolicy(rules, before.readOnly());
          for (int i = 0; i < 20; i++) {
            RealPath path = Seeds.realPath(random);
            assertThat(before.allowed(path)).containsAll(after.allowed(path));
          }
        });
  }

  @Test
  void theOrderOfRulesDoesNotMatter() {
    Seeds.forAll(
        SEEDS,
        random -> {
          List<Rule> rules = rules(random);
          List<Rule> shuffled = new ArrayList<>(rules);
          Collections.shuffle(shuffled, random);
          RealPath path = Seeds.realPath(random);
          assertThat(new AccessPolicy(shuffled, false).allowed(path))
              .isEqualTo(new AccessPolicy(rules, false).allowed(path));
        });
  }

  @Test
  void readOnlyLeavesNothingThatChanges() {
    Seeds.forAll(
        SEEDS,
        random -> {
          List<Rule> rules = rules(random);
          RealPath path = Seeds.realPath(random);
          Set<Permission> left = new AccessPolicy(rules, true).allowed(path);
          Set<Permission> all = new AccessPolicy(rules, false).allowed(path);
          assertThat(Set.of(Permission.LIST, Permission.READ)).containsAll(left);
          for (Permission reading : List.of(Permission.LIST, Permission.READ)) {
            assertThat(left.contains(reading)).isEqualTo(all.contains(reading));
          }
        });
  }

  @Test
  void whereNoRuleIsNothingIsAllowed() {
    AccessPolicy policy =
        new AccessPolicy(List.of(new Rule(RealPath.ofUnicode("/in"), Permission.ALL)), false);
    assertThat(policy.allowed(RealPath.ROOT)).isEmpty();
    assertThat(policy.allowed(RealPath.ofUnicode("/inside"))).isEmpty();
    assertThat(policy.allows(Permission.WRITE, RealPath.ofUnicode("/in/a"))).isTrue();
  }

  @Test
  void onePathHasOneRule() {
    Rule rule = new Rule(RealPath.ROOT, Permission.ALL);
    assertThatThrownBy(() -> new AccessPolicy(List.of(rule, rule), false))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
