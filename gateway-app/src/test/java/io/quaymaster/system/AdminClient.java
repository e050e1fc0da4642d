package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.json.JsonMapper;

/** The REST API as an admin's program uses it. Threads: any. */
final class AdminClient {
  /** Longer than the gateway may take for an answer, whatever state it is in. */
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static final ObjectMapper JSON = JsonMapper.builder().build();
  private static final HttpClient HTTP = HttpClient.newHttpClient();

  /**
   * @param body a missing node if there is none
   */
  record Answer(int status, String contentType, JsonNode body) {}

  private final String url;
  private final String token;

  AdminClient(String url, String token) {
    this.url = url;
    this.token = token;
  }

  /** Sends anything and takes any answer. */
  Answer send(String method, String path, @Nullable Object body) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(url + "/api/v1" + path))
            .timeout(PATIENCE)
            .header("Authorization", "Bearer " + token)
            .header("Content-Type", "application/json")
            .method(
                method,
                body == null
                    ? BodyPublishers.noBody()
                    : BodyPublishers.ofString(JSON.writeValueAsString(body)))
            .build();
    try {
      HttpResponse<String> response = HTTP.send(request, BodyHandlers.ofString());
      return new Answer(
          response.statusCode(),
          response.headers().firstValue("Content-Type").orElse(""),
          response.body().isEmpty() ? JSON.missingNode() : JSON.readTree(response.body()));
    } catch (IOException gone) {
      throw new IllegalStateException(method + " " + path, gone);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(stopped);
    }
  }

  private JsonNode expect(int status, String method, String path, @Nullable Object body) {
    Answer answer = send(method, path, body);
    assertThat(answer.status()).as(method + " " + path + "\n" + answer.body()).isEqualTo(status);
    return answer.body();
  }

  JsonNode get(String path) {
    return expect(200, "GET", path, null);
  }

  JsonNode create(String path, Object body) {
    return expect(201, "POST", path, body);
  }

  /** An action, such as {@code …/suspend}. */
  JsonNode act(String path) {
    return expect(200, "POST", path, null);
  }

  JsonNode change(String path, Object patch) {
    return expect(200, "PATCH", path, patch);
  }

  void delete(String path) {
    expect(204, "DELETE", path, null);
  }

  /** The first page of a list: enough for any test. */
  List<JsonNode> list(String path) {
    JsonNode page = get(path);
    assertThat(page.get("next").isNull()).as("one page: " + path).isTrue();
    return page.get("items").values().stream().toList();
  }

  /** The newest of a list, for those that may be longer than a page. */
  List<JsonNode> newest(String path) {
    return get(path).get("items").values().stream().toList();
  }
}
