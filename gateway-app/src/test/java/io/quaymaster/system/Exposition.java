package io.quaymaster.system;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The time series of some Prometheus pages, without their values. */
final class Exposition {
  /**
   * @param labels without those whose value is empty, which is the same to Prometheus
   */
  record Series(String metric, Map<String, String> labels) {
    boolean fits(PromQl.Selector selector) {
      return metric.equals(selector.metric())
          && selector.conditions().stream()
              .allMatch(c -> c.accepts(labels.getOrDefault(c.label(), "")));
    }
  }

  private static final Pattern LINE =
      Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\\{(.*)\\})? [^ ]+");
  private static final Pattern LABEL =
      Pattern.compile("([a-zA-Z_][a-zA-Z0-9_]*)=\"((?:[^\"\\\\]|\\\\.)*)\",?");

  private final List<Series> series = new ArrayList<>();

  Exposition(String... pages) {
    for (String page : pages) {
      page.lines().filter(line -> !line.startsWith("#")).map(Exposition::read).forEach(series::add);
    }
  }

  private static Series read(String line) {
    Matcher sample = LINE.matcher(line);
    if (!sample.matches()) {
      throw new IllegalArgumentException("no sample: " + line);
    }
    Map<String, String> labels = new HashMap<>();
    if (sample.group(2) != null) {
      Matcher label = LABEL.matcher(sample.group(2));
      while (label.find()) {
        if (!label.group(2).isEmpty()) {
          labels.put(label.group(1), label.group(2));
        }
      }
    }
    return new Series(sample.group(1), labels);
  }

  boolean has(String metric) {
    return series.stream().anyMatch(s -> s.metric().equals(metric));
  }

  boolean has(PromQl.Selector selector) {
    return series.stream().anyMatch(s -> s.fits(selector));
  }

  /** All labels that any series of a metric has. */
  Set<String> labels(String metric) {
    return series.stream()
        .filter(s -> s.metric().equals(metric))
        .flatMap(s -> s.labels().keySet().stream())
        .collect(Collectors.toSet());
  }
}
