package io.quaymaster.chart;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The chart as Helm sees it.
 *
 * <p>What {@code template()} gives has neither hooks nor notes. So a copy of the chart is rendered
 * whose hooks bear another annotation, which makes them objects like the others, and whose notes
 * are a ConfigMap. That the copy differs in nothing else is a test ({@link HooksTest}).
 */
final class Chart {
  static final String RELEASE = "gw";
  static final String NAMESPACE = "files";

  /** Without one, helm-java renders for Kubernetes 1.20. */
  static final String KUBERNETES = "1.33.0";

  /** What a hook bears in the copy, in place of {@code helm.sh/hook}. */
  static final String HOOK = "quaymaster.test/hook";

  private static final String NOTES = "notes-of-the-chart";

  /** As {@code helm template} has it: without hooks and notes. */
  static final Chart REAL = new Chart(Project.CHART);

  /** With hooks and notes. */
  static final Chart WHOLE = new Chart(withHooksAndNotes());

  private final Path folder;

  /** What was rendered, by release and values: many tests look at the same. */
  private final Map<String, String> done = new ConcurrentHashMap<>();

  private Chart(Path folder) {
    this.folder = folder;
  }

  Rendered render(String set) {
    return render(RELEASE, Project.yaml(Project.values(set)));
  }

  /**
   * @throws IllegalStateException with Helm's words, if it refuses
   */
  Rendered render(String release, JsonNode values) {
    String text = toYaml(values);
    String rendered = done.computeIfAbsent(release + "\n" + text, _ -> called(release, text));
    List<Manifest> manifests = new ArrayList<>();
    String notes = "";
    for (String document : rendered.split("(?m)^---$", -1)) {
      JsonNode body = Project.yaml(document);
      if (body.isObject() && body.at("/metadata/name").asText().equals(NOTES)) {
        notes = body.at("/data/notes").asText();
      } else if (body.isObject()) {
        manifests.add(new Manifest(body));
      }
    }
    return new Rendered(rendered, manifests, notes);
  }

  private String called(String release, String values) {
    Path file = Project.scratch().resolve("values.yaml");
    write(file, values);
    return new Helm(folder)
        .template()
        .withName(release)
        .withNamespace(NAMESPACE)
        .withKubeVersion(KUBERNETES)
        .withValuesFile(file)
        .call();
  }

  /**
   * As {@code helm lint --strict --values}, which helm-java has not: in a copy with these values.
   */
  static LintResult lint(JsonNode values) {
    Path copy = copied();
    ObjectNode all = (ObjectNode) Project.yaml(Project.CHART.resolve("values.yaml"));
    write(copy.resolve("values.yaml"), toYaml(merged(all, values)));
    return new Helm(copy).lint().strict().call();
  }

  /** Values as Helm merges them: objects by name, everything else as a whole. */
  static ObjectNode merged(ObjectNode base, JsonNode over) {
    ObjectNode result = base.deepCopy();
    over.properties()
        .forEach(
            e -> {
              JsonNode below = result.get(e.getKey());
              result.set(
                  e.getKey(),
                  below instanceof ObjectNode object && e.getValue().isObject()
                      ? merged(object, e.getValue())
                      : e.getValue());
            });
    return result;
  }

  /** The least values that render, and these. */
  static ObjectNode minimalAnd(JsonNode values) {
    ObjectNode minimal = (ObjectNode) Project.yaml(Project.values("minimal"));
    return values.isObject() ? merged(minimal, values) : minimal;
  }

  static ObjectNode minimalAnd(String yaml) {
    return minimalAnd(yaml.isBlank() ? JsonNodeFactory.instance.objectNode() : Project.yaml(yaml));
  }

  private static Path withHooksAndNotes() {
    Path copy = copied();
    Path templates = copy.resolve("templates");
    Path helpers = templates.resolve("_helpers.tpl");
    write(helpers, Project.text(helpers).replace("\"helm.sh/hook\":", "\"" + HOOK + "\":"));
    write(
        templates.resolve("_notes.tpl"),
        "{{- define \"notes\" -}}\n"
            + Project.text(templates.resolve("NOTES.txt"))
            + "{{- end -}}\n");
    write(
        templates.resolve("notes.yaml"),
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: %s}
        data: {notes: {{ include "notes" . | toJson }}}
        """
            .formatted(NOTES));
    return copy;
  }

  private static Path copied() {
    Path copy = Project.scratch();
    try (Stream<Path> files = Files.walk(Project.CHART)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Path target = copy.resolve(Project.CHART.relativize(file).toString());
        if (Files.isDirectory(file)) {
          Files.createDirectories(target);
        } else {
          Files.copy(file, target);
        }
      }
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
    return copy;
  }

  private static String toYaml(JsonNode values) {
    try {
      return Project.YAML.writeValueAsString(values);
    } catch (JsonProcessingException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
