package io.quaymaster.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where things lie in the working copy, and how YAML is read. */
final class Project {
  static final YAMLMapper YAML = new YAMLMapper();

  private static final Path MODULE =
      Path.of(System.getProperty("basedir", "")).toAbsolutePath().normalize();

  static final Path ROOT = MODULE.resolveSibling("");
  static final Path CHART = ROOT.resolve("helm");

  private Project() {}

  static String text(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  static JsonNode yaml(Path file) {
    return yaml(text(file));
  }

  static JsonNode yaml(String text) {
    try {
      return YAML.readTree(text);
    } catch (IOException noYaml) {
      throw new UncheckedIOException(noYaml);
    }
  }

  /** A set of values of {@code src/test/resources/values}. */
  static Path values(String set) {
    return MODULE.resolve("src/test/resources/values").resolve(set + ".yaml");
  }

  /** A folder that Maven's {@code clean} removes. */
  static Path scratch() {
    try {
      return Files.createTempDirectory(
          Files.createDirectories(MODULE.resolve("target/charts")), "chart-");
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
