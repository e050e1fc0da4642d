package io.quaymaster.chart;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** values.yaml, read as the manual that it is: each name with the comment above it. */
final class Manual {
  /**
   * @param path such as {@code ssh.service.port}
   * @param comment empty if there is none
   * @param value the default
   */
  record Entry(String path, String comment, JsonNode value) {
    /** A heading: what is below it has comments of its own. */
    boolean isGroup() {
      return value.isObject() && !value.isEmpty();
    }
  }

  private Manual() {}

  /** In the order of the file. Elements of lists belong to the list. */
  static List<Entry> entries() {
    String text = Project.text(Project.CHART.resolve("values.yaml"));
    JsonNode values = Project.yaml(text);
    List<Entry> entries = new ArrayList<>();
    Deque<String> path = new ArrayDeque<>();
    List<String> comment = new ArrayList<>();
    // The first paragraph is about the file.
    boolean begun = false;
    for (String line : text.lines().toList()) {
      String words = line.strip();
      if (words.startsWith("#")) {
        comment.add(words.substring(1).strip());
      } else if (words.isEmpty()) {
        comment.clear();
        begun = true;
      } else if (begun && words.matches("\\w+:.*")) {
        int depth = (line.length() - line.stripLeading().length()) / 2;
        while (path.size() > depth) {
          path.removeLast();
        }
        path.addLast(words.substring(0, words.indexOf(':')));
        JsonNode value = values.at("/" + String.join("/", path));
        entries.add(new Entry(String.join(".", path), String.join(" ", comment), value));
        comment.clear();
      }
    }
    return entries;
  }
}
