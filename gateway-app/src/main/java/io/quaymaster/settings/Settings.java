package io.quaymaster.settings;

import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.util.unit.DataSize;

/** Reads the settings before anything is started with them. */
public final class Settings {
  private Settings() {}

  /**
   * @throws SettingsRefused for an unknown name, a value that is no such thing, or one out of
   *     bounds
   */
  public static GatewayProperties read(ConfigurableEnvironment environment) {
    List<String> unknown = new KnownSettings().complaintsAbout(environment);
    if (!unknown.isEmpty()) {
      throw new SettingsRefused("Unknown setting: " + String.join("; ", unknown) + ".");
    }
    try {
      return Binder.get(environment).bindOrCreate("quaymaster", GatewayProperties.class);
    } catch (BindException failure) {
      throw refused(failure);
    }
  }

  private static SettingsRefused refused(BindException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SettingsRefused refusal) {
        return refusal;
      }
    }
    ConfigurationProperty property = failure.getProperty();
    Object value = property == null ? "wrong" : "'" + property.getValue() + "'";
    return new SettingsRefused(
        "The setting %s is %s. Expected: %s."
            .formatted(failure.getName(), value, expected(failure)),
        failure);
  }

  private static String expected(BindException failure) {
    Class<?> type = failure.getTarget().getType().toClass();
    String hint =
        String.valueOf(failure.getProperty() == null ? "" : failure.getProperty().getValue())
                .startsWith("tcp://")
            ? "; this looks like a Kubernetes service link: set enableServiceLinks to false"
            : "";
    if (type == DataSize.class) {
      return "a size such as 512KB or 4MB";
    }
    if (type == Duration.class) {
      return "a duration such as 250ms, 30s or 15m";
    }
    if (type == boolean.class) {
      return "true or false";
    }
    if (type == AlgorithmPolicy.class) {
      return Arrays.stream(AlgorithmPolicy.values())
          .map(AlgorithmPolicy::wireName)
          .collect(Collectors.joining(", "));
    }
    return (type == int.class ? "a whole number" : "a " + type.getSimpleName()) + hint;
  }
}
