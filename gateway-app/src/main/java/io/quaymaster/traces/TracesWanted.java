package io.quaymaster.traces;

import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Whether a collector is named, by the variable or the system property that OpenTelemetry's SDK
 * reads. Without one not even its classes are loaded.
 */
final class TracesWanted implements Condition {
  @Override
  public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
    return Stream.of("otel.exporter.otlp.endpoint", "otel.exporter.otlp.traces.endpoint")
        .anyMatch(
            name -> isText(System.getProperty(name)) || isText(System.getenv(variable(name))));
  }

  private static String variable(String property) {
    return property.replace('.', '_').toUpperCase(Locale.ROOT);
  }

  private static boolean isText(@Nullable String value) {
    return value != null && !value.isBlank();
  }
}
