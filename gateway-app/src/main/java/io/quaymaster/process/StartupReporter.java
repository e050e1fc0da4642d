package io.quaymaster.process;

import io.quaymaster.settings.SettingsRefused;
import java.io.PrintStream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringBootExceptionReporter;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.web.server.PortInUseException;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Says on standard error, in one paragraph, why the start-up failed, whenever the reason is one for
 * people; a defect is left to Spring Boot, with its stack trace. Listed in
 * META-INF/spring.factories.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
public final class StartupReporter implements SpringBootExceptionReporter {
  @Override
  public boolean reportException(Throwable failure) {
    return report(failure, System.err);
  }

  /** Whether there was something to say. */
  public static boolean report(Throwable failure, PrintStream to) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      String paragraph = paragraph(cause);
      if (paragraph != null) {
        to.println("Quaymaster cannot start. " + paragraph);
        return true;
      }
    }
    return false;
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
