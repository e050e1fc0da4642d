package io.quaymaster.chart;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** One object that the chart renders. */
record Manifest(JsonNode body) {
  String kind() {
    return body.path("kind").asText();
  }

  String name() {
    return body.at("/metadata/name").asText();
  }

  JsonNode at(String pointer) {
    return body.at(pointer);
  }

  /** Whether it is made apart from the release, before it. */
  boolean isHook() {
    return annotations().containsKey(Chart.HOOK);
  }

  Map<String, String> labels() {
    return texts(body.at("/metadata/labels"));
  }

  Map<String, String> annotations() {
    return texts(body.at("/metadata/annotations"));
  }

  boolean hasPods() {
    return body.at("/spec/template/spec").isObject();
  }

  JsonNode podSpec() {
    return body.at("/spec/template/spec");
  }

  Map<String, String> podLabels() {
    return texts(body.at("/spec/template/metadata/labels"));
  }

  JsonNode container() {
    return podSpec().at("/containers/0");
  }

  /** The entry of the container's environment; missing if there is none. */
  JsonNode variable(String name) {
    return stream(container().path("env"))
        .filter(e -> e.path("name").asText().equals(name))
        .findFirst()
        .orElse(MissingNode.getInstance());
  }

  static Stream<JsonNode> stream(JsonNode list) {
    return list.valueStream();
  }

  static Map<String, String> texts(JsonNode object) {
    Map<String, String> texts = new TreeMap<>();
    object.properties().forEach(e -> texts.put(e.getKey(), e.getValue().asText()));
    return texts;
  }

  @Override
  public String toString() {
    return kind() + " " + name();
  }
}
