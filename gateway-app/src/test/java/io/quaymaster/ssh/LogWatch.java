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
 * Whatever is logged as an ERROR while a client misbehaves: a defect, since no client can be one.
 */
final class LogWatch extends AppenderBase<ILoggingEvent> implements AutoCloseable {
  private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
  private final Queue<String> errors = new ConcurrentLinkedQueue<>();

  LogWatch() {
    start();
    root.addAppender(this);
  }

  @Override
  protected void append(ILoggingEvent event) {
    if (event.getLevel().isGreaterOrEqual(Level.ERROR)) {
      String cause =
          event.getThrowableProxy() == null ? "" : " " + event.getThrowableProxy().getMessage();
      errors.add(event.getLoggerName() + ": " + event.getFormattedMessage() + cause);
    }
  }

  void sawNoError() {
    assertThat(List.copyOf(errors)).as("logged as ERROR").isEmpty();
  }

  @Override
  public void close() {
    root.detachAppender(this);
    stop();
  }
}
