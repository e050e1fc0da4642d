package io.quaymaster.traces;

import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.common.AttributesBuilder;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.AutoConfiguredOpenTelemetrySdk;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigProperties;
import io.opentelemetry.sdk.autoconfigure.spi.ConfigurationException;
import io.opentelemetry.sdk.resources.Resource;
import io.quaymaster.process.StartupFailure;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * OpenTelemetry's SDK, set up by its own variables ({@code OTEL_…}). Only spans are exported, by
 * OTLP over HTTP, from one thread with a bounded queue. Threads: any.
 */
final class Traces implements AutoCloseable {
  private static final String SCOPE = "io.quaymaster";

  /** A collector that does not answer must not hold up the end of the process. */
  private static final long CLOSE_SECONDS = 3;

  private static final String HTTP = "http/protobuf";
  private static final AttributeKey<String> SERVICE = AttributeKey.stringKey("service.name");
  private static final AttributeKey<String> INSTANCE =
      AttributeKey.stringKey("service.instance.id");
  private static final AttributeKey<String> VERSION = AttributeKey.stringKey("service.version");

  /** What the SDK would do by itself otherwise: gRPC, metrics and logs. */
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "otel.exporter.otlp.protocol", HTTP,
          "otel.metrics.exporter", "none",
          "otel.logs.exporter", "none");

  private final OpenTelemetrySdk sdk;

  /**
   * @param process what tells it from others of the service, unless a variable says it
   * @throws StartupFailure a variable is wrong
   */
  Traces(UUID process) {
    try {
      sdk =
          AutoConfiguredOpenTelemetrySdk.builder()
              .disableShutdownHook()
              .addPropertiesSupplier(() -> DEFAULTS)
              .addPropertiesCustomizer(Traces::withoutGrpc)
              .addResourceCustomizer((found, _) -> described(found, process))
              .addSpanExporterCustomizer((exporter, _) -> new OutageTeller(exporter))
              .build()
              .getOpenTelemetrySdk();
    } catch (ConfigurationException wrong) {
      throw new StartupFailure(
          "A variable of OpenTelemetry (OTEL_…) is wrong: " + rootMessage(wrong) + ".", wrong);
    }
  }

  /** The exporter is there for HTTP only, and the SDK would say less clearly what is missing. */
  private static Map<String, String> withoutGrpc(ConfigProperties properties) {
    String common = properties.getString("otel.exporter.otlp.protocol", HTTP);
    String protocol = properties.getString("otel.exporter.otlp.traces.protocol", common);
    if (!protocol.equals(HTTP)) {
      throw new ConfigurationException(
          "OTEL_EXPORTER_OTLP_PROTOCOL is '%s', and this gateway speaks http/protobuf (port 4318 of most collectors)"
              .formatted(protocol));
    }
    return Map.of();
  }

  private static Resource described(Resource found, UUID process) {
    AttributesBuilder more = Attributes.builder();
    String name = found.getAttribute(SERVICE);
    if (name == null || name.startsWith("unknown_service")) {
      more.put(SERVICE, "quaymaster");
    }
    if (found.getAttribute(INSTANCE) == null) {
      more.put(INSTANCE, process.toString());
    }
    String version = version();
    if (found.getAttribute(VERSION) == null && version != null) {
      more.put(VERSION, version);
    }
    return found.merge(Resource.create(more.build()));
  }

  /** Null unless it runs from its jar. */
  private static @Nullable String version() {
    return Traces.class.getPackage().getImplementationVersion();
  }

  private static @Nullable String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage();
  }

  Tracer tracer() {
    return sdk.getTracer(SCOPE);
  }

  OpenTelemetrySdk sdk() {
    return sdk;
  }

  /** Sends what waits, if that is quickly done. */
  @Override
  public void close() {
    sdk.shutdown().join(CLOSE_SECONDS, TimeUnit.SECONDS);
  }
}
