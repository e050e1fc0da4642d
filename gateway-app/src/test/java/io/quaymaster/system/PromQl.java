package io.quaymaster.system;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an expression of Prometheus asks for: not what it computes. Whatever it does not know it
 * refuses, so that nothing is overlooked.
 *
 * @param selectors the metrics, with what is asked of their labels
 * @param groupings labels that results are grouped or matched by
 */
record PromQl(List<Selector> selectors, Set<String> groupings) {
  /** A metric and what its labels must be. */
  record Selector(String metric, List<Condition> conditions) {}

  /**
   * @param operator one of = != =~ !~
   */
  record Condition(String label, String operator, String value) {
    /**
     * @param actual empty if the series has no such label
     */
    boolean accepts(String actual) {
      return switch (operator) {
        case "=" -> actual.equals(value);
        case "!=" -> !actual.equals(value);
        case "=~" -> actual.matches(value);
        case "!~" -> !actual.matches(value);
        default -> throw new IllegalArgumentException(operator);
      };
    }
  }

  private static final Set<String> FUNCTIONS =
      Set.of(
          "absent",
          "changes",
          "histogram_quantile",
          "increase",
          "label_values",
          "min_over_time",
          "rate",
          "vector");
  private static final Set<String> AGGREGATIONS =
      Set.of("sum", "min", "max", "count", "topk", "bottomk");
  private static final Set<String> GROUPING = Set.of("by", "on");
  private static final Set<String> WORDS = Set.of("and", "or", "unless", "offset");

  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s*(?:(?<text>\"(?:[^\"\\\\]|\\\\.)*\")"
              + "|(?<range>\\[[0-9]+[smhdw]\\])"
              + "|(?<number>[0-9]+(?:\\.[0-9]+)?[smhdw]?)"
              + "|(?<name>[a-zA-Z_:][a-zA-Z0-9_:]*)"
              + "|(?<sign>=~|!~|==|!=|<=|>=|[-+*/%<>=(){},]))\\s*");

  /**
   * @throws IllegalArgumentException for what it does not know
   */
  static PromQl parse(String expression) {
    return new Reading(tokens(expression), expression).read();
  }

  private static List<String> tokens(String expression) {
    List<String> tokens = new ArrayList<>();
    Matcher token = TOKEN.matcher(expression);
    int at = 0;
    while (at < expression.length()) {
      if (!token.find(at) || token.start() != at) {
        throw new IllegalArgumentException(
            "not understood: " + expression.substring(at) + " in " + expression);
      }
      tokens.add(token.group().strip());
      at = token.end();
    }
    return tokens;
  }

  private static final class Reading {
    private final List<String> tokens;
    private final String expression;
    private final List<Selector> selectors = new ArrayList<>();
    private final Set<String> groupings = new LinkedHashSet<>();
    private int next;

    Reading(List<String> tokens, String expression) {
      this.tokens = tokens;
      this.expression = expression;
    }

    PromQl read() {
      while (next < tokens.size()) {
        String token = tokens.get(next++);
        if (!isName(token) || WORDS.contains(token)) {
          continue;
        }
        if (GROUPING.contains(token)) {
          groupings.addAll(labels());
        } else if (FUNCTIONS.contains(token) || AGGREGATIONS.contains(token)) {
          check(comes("(") || (AGGREGATIONS.contains(token) && comes("by")), token);
        } else {
          selectors.add(new Selector(token, comes("{") ? conditions() : List.of()));
          check(!comes("("), token);
        }
      }
      check(!selectors.isEmpty(), "no metric");
      return new PromQl(List.copyOf(selectors), Set.copyOf(groupings));
    }

    private List<String> labels() {
      List<String> labels = new ArrayList<>();
      expect("(");
      while (!comes(")")) {
        labels.add(name());
        if (!comes(")")) {
          expect(",");
        }
      }
      expect(")");
      return labels;
    }

    private List<Condition> conditions() {
      List<Condition> conditions = new ArrayList<>();
      expect("{");
      while (!comes("}")) {
        String label = name();
        String operator = tokens.get(next++);
        check(Set.of("=", "!=", "=~", "!~").contains(operator), operator);
        String text = tokens.get(next++);
        check(text.startsWith("\"") && !text.contains("\\"), text);
        conditions.add(new Condition(label, operator, text.substring(1, text.length() - 1)));
        if (!comes("}")) {
          expect(",");
        }
      }
      expect("}");
      return conditions;
    }

    private String name() {
      String token = tokens.get(next++);
      check(isName(token), token);
      return token;
    }

    private void expect(String sign) {
      check(comes(sign), sign);
      next++;
    }

    private boolean comes(String token) {
      return next < tokens.size() && tokens.get(next).equals(token);
    }

    private static boolean isName(String token) {
      return Character.isLetter(token.charAt(0)) || token.charAt(0) == '_';
    }

    private void check(boolean holds, String about) {
      if (!holds) {
        throw new IllegalArgumentException("not understood: " + about + " in " + expression);
      }
    }
  }
}
