package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/**
 * What is logged while a client misbehaves. An ERROR is a defect, since no client can be one; and
 * no client writes a line of its own.
 */
final class LogWatch extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();
  private final Queue<String> warnings = new ConcurrentLinkedQueue<>();
  private final Queue<String> ours = new ConcurrentLinkedQueue<>();

  LogWatch() {
    start();
    root.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLoggerName().startsWith("io.quaymaster")) {
      ours.add(event.getFormattedMessage());
    }
    if (event.getLevel().equals(Level.WARN)) {
      warnings.add(event.getLoggerName() + ": " + event.getFormattedMessage());
    }
    if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
      String cause =
          event.getThrowableProxy() == null ? "" : " " + event.getThrowableProxy().getMessage();
      errors.add(event.getLoggerName() + ": " + event.getFormattedMessage() + cause);
    }
  }

  void sawNoError() {
    assertThat(List.copyOf(errors)).as("logged as ERROR").isEmpty();
  }

  void sawNoWarning() {
    assertThat(List.copyOf(warnings)).as("logged as WARN").isEmpty();
    sawNoError();
  }

  /** What our own code and the audit log say; each is one line, whatever clients put into it. */
  List<String> lines() {
    List<String> lines = List.copyOf(ours);
    assertThat(lines)
        .as("one line each")
        .allMatch(line -> line.chars().noneMatch(LogWatch::breaksTheLine));
    return lines;
  }

  private static boolean breaksTheLine(int c) {
    return Character.isISOControl(c) || c == '\u2028' || c == '\u2029' || c == '\u202e';
  }

  @Override
  public void close() {
    root.detachAppender(this);
    stop();
  }
}
