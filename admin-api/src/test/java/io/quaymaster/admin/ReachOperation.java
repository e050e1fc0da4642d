package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.admin.Api.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/**
 * An operation of the OpenAPI document, and how to call it.
 *
 * @param queryParams names, and whether they are required
 */
record ReachOperation(
    String method, String template, Map<String, Boolean> queryParams, boolean hasBody) {
  private static final Set<String> METHODS = Set.of("get", "put", "post", "patch", "delete");
  private static final Pattern PARAM = Pattern.compile("([^/]+)/\\{(\\w+)}");

  /**
   * A parameter in a path.
   *
   * @param of the word before it, which says whose it is: {@code keys} of {@code keys/{id}}
   */
  record Param(String of, String name) {
    @Override
    public String toString() {
      return of + "/{" + name + "}";
    }
  }

  /** Gives parameters their values. */
  interface Values {
    String of(int index, Param param);
  }

  static Stream<ReachOperation> all(JsonNode openApi) {
    List<ReachOperation> all = new ArrayList<>();
    for (Map.Entry<String, JsonNode> path : openApi.get("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        assertThat(METHODS).contains(operation.getKey());
        all.add(
            new ReachOperation(
                operation.getKey().toUpperCase(Locale.ROOT),
                path.getKey(),
                queryParams(operation.getValue()),
                operation.getValue().has("requestBody")));
      }
    }
    return all.stream();
  }

  private static Map<String, Boolean> queryParams(JsonNode operation) {
    Map<String, Boolean> names = new TreeMap<>();
    for (JsonNode parameter : operation.path("parameters")) {
      if (parameter.get("in").stringValue().equals("query")) {
        names.put(parameter.get("name").stringValue(), parameter.path("required").asBoolean(false));
      }
    }
    return names;
  }

  List<Param> pathParams() {
    return PARAM.matcher(template).results().map(m -> new Param(m.group(1), m.group(2))).toList();
  }

  String path(Values values) {
    StringBuilder path = new StringBuilder();
    Matcher matcher = PARAM.matcher(template);
    int end = 0;
    for (int i = 0; matcher.find(); i++) {
      MatchResult at = matcher.toMatchResult();
      Param param = new Param(at.group(1), at.group(2));
      path.append(template, end, at.start(2) - 1).append(values.of(i, param));
      end = at.end();
    }
    return path.append(template.substring(end)).toString();
  }

  /** What must stand behind the path; of serial and keyId the document cannot say that one must. */
  String required(ReachThings things) {
    return queryParams.entrySet().stream()
        .filter(e -> e.getValue() || e.getKey().equals("serial"))
        .map(e -> e.getKey() + "=" + things.query(e.getKey()))
        .reduce((a, b) -> a + "&" + b)
        .map(q -> "?" + q)
        .orElse("");
  }

  /** The plain list, and one for each parameter that names a thing. */
  List<String> queries(ReachThings things) {
    List<String> queries = new ArrayList<>(List.of(required(things)));
    for (String name : queryParams.keySet()) {
      // A place in a list of one's own.
      if (name.equals("cursor")) {
        continue;
      }
      queries.add("?" + name + "=" + things.query(name));
    }
    return queries;
  }

  Answer call(Api api, String path, ReachThings things) {
    return api.send(method, path, hasBody ? things.body(toString()) : "", Map.of());
  }

  @Override
  public String toString() {
    return method + " " + template;
  }
}
