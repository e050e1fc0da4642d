package io.quaymaster.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What operators are given to watch gateways with: alert rules, their runbooks, a dashboard. */
final class WatchFiles {
  static final Path RULES = Path.of("../helm/rules/quaymaster.yaml");
  private static final Path DASHBOARD = Path.of("../helm/dashboards/quaymaster.json");
  private static final Path RUNBOOKS = Path.of("../docs/runbooks.md");
  private static final Pattern HEADING = Pattern.compile("(?m)^## (\\S+)$");

  /** An expression and where it stands. */
  record Expression(String where, String text) {}

  record Alert(String name, String expression, JsonNode labels, JsonNode notes) {
    String note(String note) {
      return notes.path(note).asString();
    }
  }

  private WatchFiles() {}

  static List<Alert> alerts() {
    Object file = new Yaml().load(read(RULES));
    List<Alert> alerts = new ArrayList<>();
    for (JsonNode group : tree(file).get("groups").values()) {
      for (JsonNode rule : group.get("rules").values()) {
        alerts.add(
            new Alert(
                rule.get("alert").stringValue(),
                rule.get("expr").stringValue(),
                rule.get("labels"),
                rule.get("annotations")));
      }
    }
    return alerts;
  }

  /** Their headings. */
  static List<String> runbooks() {
    return HEADING.matcher(read(RUNBOOKS)).results().map(found -> found.group(1)).toList();
  }

  static String runbookText() {
    return read(RUNBOOKS);
  }

  static JsonNode dashboard() {
    return JsonMapper.shared().readTree(read(DASHBOARD));
  }

  /** Of the rules and the dashboard, its variables included. Grafana's own ones are replaced. */
  static List<Expression> expressions() {
    List<Expression> all = new ArrayList<>();
    alerts().forEach(alert -> all.add(new Expression(alert.name(), alert.expression())));
    JsonNode dashboard = dashboard();
    for (JsonNode panel : dashboard.get("panels").values()) {
      panel
          .path("targets")
          .values()
          .forEach(t -> all.add(expression(panel.get("title").stringValue(), t.get("expr"))));
    }
    dashboard.at("/templating/list").values().stream()
        .filter(variable -> variable.get("type").stringValue().equals("query"))
        .forEach(v -> all.add(expression(v.get("name").stringValue(), v.at("/query/query"))));
    return all;
  }

  private static Expression expression(String where, JsonNode text) {
    String plain =
        text.stringValue()
            .replace("$__rate_interval", "5m")
            .replaceAll("\"\\$(namespace|instance|tenant)\"", "\".*\"");
    return new Expression(where, plain);
  }

  private static JsonNode tree(Object value) {
    return JsonMapper.shared().valueToTree(value);
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException missing) {
      throw new UncheckedIOException(missing);
    }
  }
}
