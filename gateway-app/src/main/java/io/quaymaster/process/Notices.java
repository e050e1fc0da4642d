package io.quaymaster.process;

import java.io.PrintStream;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.json.JsonWriter;

/**
 * What is said where there is no log, by a start that failed or by a command: words for a person,
 * or, where the log is JSON, one line of it, so that a machine that reads it reads nothing else.
 * Threads: any.
 */
public final class Notices {
  private static final String FORMAT = "logging.structured.format.console";

  /** That of Spring Boot's log in the format {@code ecs}. */
  private static final String ECS_VERSION = "8.11";

  private final boolean json;
  private final PrintStream out;
  private final PrintStream err;

  private Notices(boolean json, PrintStream out, PrintStream err) {
    this.json = json;
    this.out = out;
    this.err = err;
  }

  /** As the environment of the process says, before any setting is read. */
  public static Notices accordingTo(
      Map<String, String> environment, PrintStream out, PrintStream err) {
    return accordingTo(
        name -> environment.get(name.replace('.', '_').toUpperCase(Locale.ROOT)), out, err);
  }

  /**
   * @param setting by its name
   */
  static Notices accordingTo(
      Function<String, @Nullable String> setting, PrintStream out, PrintStream err) {
    String format = setting.apply(FORMAT);
    return new Notices(format != null && !format.isBlank(), out, err);
  }

  public void info(String text) {
    out.println(json ? line("INFO", text) : text);
  }

  public void error(String text) {
    err.println(json ? line("ERROR", text) : text);
  }

  /** As Spring Boot writes its log in the format {@code ecs}. */
  private static String line(String level, String text) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("@timestamp", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
    fields.put("log", Map.of("level", level, "logger", "io.quaymaster.Quaymaster"));
    fields.put("process", Map.of("pid", ProcessHandle.current().pid()));
    fields.put("service", Map.of("name", "quaymaster"));
    fields.put("message", text);
    fields.put("ecs", Map.of("version", ECS_VERSION));
    return JsonWriter.standard().writeToString(fields);
  }
}
