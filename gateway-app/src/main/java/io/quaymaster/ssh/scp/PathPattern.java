package io.quaymaster.ssh.scp;

import java.util.ArrayList;
import java.util.List;

/**
 * A path with wildcards: text and patterns of names in turn.
 *
 * @param steps in order; put together they are the path
 */
record PathPattern(List<Step> steps) {
  sealed interface Step {
    /** Slashes, and names without wildcards between them. */
    record Literal(String text) implements Step {}

    record Names(NamePattern pattern) implements Step {}
  }

  PathPattern {
    steps = List.copyOf(steps);
  }

  /** A wildcard never stands for a slash, so each name is a pattern of its own. */
  static PathPattern compile(Word path) throws UnusableLine {
    List<Step> steps = new ArrayList<>();
    StringBuilder literal = new StringBuilder();
    String text = path.text();
    for (int at = 0; at <= text.length(); ) {
      int slash = text.indexOf('/', at);
      int end = slash < 0 ? text.length() : slash;
      Word name = new Word(text.substring(at, end), path.live().get(at, end));
      NamePattern pattern = NamePattern.compile(name);
      if (pattern.isLiteral()) {
        literal.append(name.text());
      } else {
        addLiteral(literal, steps);
        steps.add(new Step.Names(pattern));
      }
      if (slash >= 0) {
        literal.append('/');
      }
      at = end + 1;
    }
    addLiteral(literal, steps);
    return new PathPattern(steps);
  }

  private static void addLiteral(StringBuilder literal, List<Step> steps) {
    if (!literal.isEmpty()) {
      steps.add(new Step.Literal(literal.toString()));
      literal.setLength(0);
    }
  }

  boolean isLiteral() {
    return steps.stream().allMatch(Step.Literal.class::isInstance);
  }
}
