package io.quaymaster.process;

import io.quaymaster.settings.SettingsRefused;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Says on standard error, in one paragraph (in one line of JSON, where the log is JSON), why the
 * start-up failed, whenever the reason is one for people; a defect is left to Spring Boot, with its
 * stack trace. Listed in META-INF/spring.factories.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class StartupReporter implements SpringBootExceptionReporter {
  private final Notices notices;

  /**
   * @param context of the start that failed; null if it did not come so far
   */
  public StartupReporter(@Nullable ConfigurableApplicationContext context) {
    notices =
        context == null
            ? Notices.accordingTo(System.getenv(), System.out, System.err)
            : Notices.accordingTo(context.getEnvironment()::getProperty, System.out, System.err);
  }

  @Override
  public boolean reportException(Throwable failure) {
    return report(failure, notices);
  }

  /** Whether there was something to say. */
  public static boolean report(Throwable failure, Notices notices) {
    String reason = reason(failure);
    if (reason != null) {
      notices.error("Quaymaster cannot start. " + reason);
    }
    return reason != null;
  }

  /** For people; null if it is a defect. */
  static @Nullable String reason(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String paragraph = paragraph(cause);
      if (paragraph != null) {
        return paragraph;
      }
    }
    return null;
  }

  private static @Nullable String paragraph(Throwable cause) {
    return switch (cause) {
      case StartupFailure known -> known.getMessage();
      case SettingsRefused known -> known.getMessage();
      case PortInUseException known ->
          "Port %d was taken by another program while we started. Try again, or set another port."
              .formatted(known.getPort());
      case BindException known ->
          "The setting %s is wrong: %s.".formatted(known.getName(), rootMessage(known));
      default -> null;
    };
  }

  private static String rootMessage(Throwable failure) {
    Throwable root = failure;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return String.valueOf(root.getMessage());
  }
}
