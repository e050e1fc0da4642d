package io.quaymaster.system;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest;
import io.opentelemetry.proto.collector.trace.v1.ExportTraceServiceResponse;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** An OpenTelemetry collector as far as spans go: keeps what it is sent. Threads: any. */
final class Collector implements AutoCloseable {
  private final HttpServer server;
  private final CountDownLatch closed = new CountDownLatch(1);
  private final List<Resource> resources = new CopyOnWriteArrayList<>();
  private final List<Span> spans = new CopyOnWriteArrayList<>();
  private final List<String> headers = new CopyOnWriteArrayList<>();
  private volatile boolean silent;

  private Collector(HttpServer server) {
    this.server = server;
  }

  /**
   * @param port 0: any free one
   */
  static Collector at(int port) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    Collector collector = new Collector(server);
    server.createContext("/v1/traces", collector::take);
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    return collector;
  }

  private void take(HttpExchange exchange) throws IOException {
    try (exchange) {
      ExportTraceServiceRequest request =
          ExportTraceServiceRequest.parseFrom(exchange.getRequestBody());
      if (silent) {
        closed.await();
        return;
      }
      headers.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
      request
          .getResourceSpansList()
          .forEach(
              of -> {
                resources.add(of.getResource());
                of.getScopeSpansList().forEach(s -> spans.addAll(s.getSpansList()));
              });
      byte[] answer = ExportTraceServiceResponse.getDefaultInstance().toByteArray();
      exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
      exchange.sendResponseHeaders(200, answer.length == 0 ? -1 : answer.length);
      exchange.getResponseBody().write(answer);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /** From now on takes requests and never answers. */
  void fallSilent() {
    silent = true;
  }

  int port() {
    return server.getAddress().getPort();
  }

  String url() {
    return "http://127.0.0.1:" + port();
  }

  List<Span> spans() {
    return List.copyOf(spans);
  }

  List<Span> spans(String name) {
    return spans.stream().filter(s -> s.getName().equals(name)).toList();
  }

  List<Resource> resources() {
    return List.copyOf(resources);
  }

  /** The Authorization of each request. */
  List<String> authorizations() {
    return List.copyOf(headers);
  }

  /** By name; numbers as text. */
  static Map<String, String> attributes(List<KeyValue> pairs) {
    Map<String, String> attributes = new TreeMap<>();
    pairs.forEach(p -> attributes.put(p.getKey(), text(p.getValue())));
    return attributes;
  }

  private static String text(AnyValue value) {
    return value.hasIntValue() ? Long.toString(value.getIntValue()) : value.getStringValue();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
  }
}
