package io.quaymaster.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** A dead bucket fails every request: the log must not grow as they do. */
class FailureLogTest {
  private static final Logger LOGGER = (Logger) LoggerFactory.getLogger(FailureLog.class);

  private final ListAppender<ILoggingEvent> told = new ListAppender<>();
  private long now = Long.MAX_VALUE - 5;

  @BeforeEach
  void listen() {
    told.start();
    LOGGER.addAppender(told);
  }

  @AfterEach
  void stop() {
    LOGGER.detachAppender(told);
  }

  @Test
  void oneSortIsToldOnceInAWhileWithHowManyMoreThereWere() {
    FailureLog log = new FailureLog("lake", () -> now);
    for (int i = 0; i < 1_000; i++) {
      log.failed("the store cannot be reached", new IOException("connection refused"));
    }
    assertThat(lines())
        .containsExactly("Bucket lake failed: the store cannot be reached (connection refused)");

    now += FailureLog.BETWEEN_TWO.plus(Duration.ofSeconds(2)).toNanos();
    log.failed("the store cannot be reached", new IOException("no route"));
    assertThat(lines())
        .last()
        .isEqualTo(
            "Bucket lake failed: the store cannot be reached (no route); 999 more of this sort in"
                + " the 32 s before");

    now += FailureLog.BETWEEN_TWO.toNanos();
    log.failed("the store cannot be reached", new IOException("no route"));
    assertThat(lines())
        .hasSize(3)
        .last()
        .isEqualTo("Bucket lake failed: the store cannot be reached (no route)");
  }

  @Test
  void anotherSortAndAnotherBucketAreToldAtOnce() {
    FailureLog lake = new FailureLog("lake", () -> now);
    lake.failed("the store is overloaded", new IOException("503"));
    lake.failed("the bucket is full", new IOException("507"));
    new FailureLog("river", () -> now).failed("the bucket is full", new IOException("507"));

    assertThat(lines())
        .containsExactly(
            "Bucket lake failed: the store is overloaded (503)",
            "Bucket lake failed: the bucket is full (507)",
            "Bucket river failed: the bucket is full (507)");
  }

  private List<String> lines() {
    return told.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
  }
}
