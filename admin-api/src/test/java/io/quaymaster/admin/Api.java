package io.quaymaster.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Somebody who sends requests: {@code as(token).post(path, json).created()}. */
final class Api {
  private static final HttpClient HERE = HttpClient.newHttpClient();
  private static final JsonMapper JSON = JsonMapper.shared();

  private final HttpClient client;
  private final int port;
  private final String token;

  /**
   * @param token empty: none is sent
   */
  Api(int port, String token) {
    this(HERE, port, token);
  }

  private Api(HttpClient client, int port, String token) {
    this.client = client;
    this.port = port;
    this.token = token;
  }

  /**
   * The same from another place.
   *
   * @param address of the loopback network, for example 127.0.0.7
   */
  Api from(String address) {
    try {
      HttpClient there =
          HttpClient.newBuilder().localAddress(InetAddress.getByName(address)).build();
      return new Api(there, port, token);
    } catch (UnknownHostException noAddress) {
      throw new UncheckedIOException(noAddress);
    }
  }

  /** Another one at the same place. */
  Api with(String otherToken) {
    return new Api(client, port, otherToken);
  }

  Answer get(String path) {
    return send("GET", path, "", Map.of());
  }

  Answer post(String path, String json) {
    return send("POST", path, json, Map.of());
  }

  Answer put(String path, String json) {
    return send("PUT", path, json, Map.of());
  }

  Answer patch(String path, String json) {
    return send("PATCH", path, json, Map.of());
  }

  Answer patchIf(String path, String etag, String json) {
    return send("PATCH", path, json, Map.of("If-Match", etag));
  }

  Answer delete(String path) {
    return send("DELETE", path, "", Map.of());
  }

  Answer send(String method, String path, String body, Map<String, String> headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .method(
                method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
    if (!token.isEmpty()) {
      request.header("Authorization", "Bearer " + token);
    }
    if (!body.isEmpty() && !headers.containsKey("Content-Type")) {
      request.header("Content-Type", "application/json");
    }
    headers.forEach(request::header);
    return send(client, request.build());
  }

  static Answer send(HttpRequest request) {
    return send(HERE, request);
  }

  private static Answer send(HttpClient client, HttpRequest request) {
    try {
      return new Answer(
          request.method() + " " + request.uri().getPath(),
          client.send(request, BodyHandlers.ofString()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** All items of a list, page by page. */
  List<JsonNode> all(String path, int pageSize) {
    List<JsonNode> items = new ArrayList<>();
    String cursor = "";
    do {
      String query = (path.contains("?") ? "&" : "?") + "limit=" + pageSize + cursor;
      JsonNode page = get(path + query).ok().json();
      page.get("items").forEach(items::add);
      cursor = page.get("next").isNull() ? "" : "&cursor=" + page.get("next").stringValue();
    } while (!cursor.isEmpty());
    return items;
  }

  /** What came back. */
  record Answer(String asked, HttpResponse<String> response) {
    Answer status(int expected) {
      assertThat(response.statusCode()).as("%s: %s", asked, response.body()).isEqualTo(expected);
      return this;
    }

    Answer ok() {
      return status(200);
    }

    Answer created() {
      status(201);
      assertThat(header("Location")).as("Location").startsWith("/api/v1/");
      return this;
    }

    Answer noContent() {
      status(204);
      assertThat(response.body()).isEmpty();
      return this;
    }

    /** A problem in full, with this code. */
    Answer problem(int status, String code) {
      status(status);
      assertThat(header("Content-Type")).startsWith("application/problem+json");
      JsonNode problem = json();
      assertThat(problem.path("code").asString()).isEqualTo(code);
      assertThat(problem.path("status").asInt()).isEqualTo(status);
      assertThat(problem.path("type").asString()).startsWith("urn:quaymaster:problem:");
      assertThat(problem.path("title").asString()).isNotBlank();
      assertThat(problem.path("detail").asString()).isNotBlank();
      assertThat(problem.path("correlationId").asString()).hasSize(8);
      return this;
    }

    /** These fields are wrong and no others. */
    void wrong(String... fields) {
      problem(422, "VALIDATION");
      assertThat(json().get("errors"))
          .as(response.body())
          .extracting(e -> e.get("field").stringValue())
          .containsExactlyInAnyOrder(fields);
    }

    String header(String name) {
      return response.headers().firstValue(name).orElse("");
    }

    String etag() {
      assertThat(header("ETag")).matches("\"\\d+\"");
      return header("ETag");
    }

    JsonNode json() {
      return JSON.readTree(response.body());
    }

    String text(String field) {
      return json().get(field).asString();
    }
  }
}
