package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The Prometheus page at one moment.
 *
 * @param page in the text format
 */
record Metrics(String page) {
  /**
   * The sum of a metric's samples.
   *
   * @param labels that a sample must have, for example {@code outcome="ok"}
   */
  double of(String name, String... labels) {
    List<String> samples = samples(name, labels);
    assertThat(samples).as(name + List.of(labels)).isNotEmpty();
    return samples.stream()
        .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  /** How many more than before; a metric that was not there yet was 0. */
  double moreThan(Metrics before, String name, String... labels) {
    double earlier = before.samples(name, labels).isEmpty() ? 0 : before.of(name, labels);
    return of(name, labels) - earlier;
  }

  /**
   * What each metric of the gateway's own is said to mean, by its name; empty if nothing is said.
   */
  Map<String, String> help() {
    Map<String, String> help = new TreeMap<>();
    page.lines()
        .filter(line -> line.matches("# (HELP|TYPE) quaymaster_.*"))
        .map(line -> line.split(" ", 4))
        .forEach(
            words -> help.merge(words[2], words[1].equals("HELP") ? words[3] : "", String::concat));
    return help;
  }

  private List<String> samples(String name, String... labels) {
    return page.lines()
        .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
        .filter(line -> List.of(labels).stream().allMatch(line::contains))
        .toList();
  }
}
