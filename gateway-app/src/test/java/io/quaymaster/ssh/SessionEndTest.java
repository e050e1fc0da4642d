package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Sessions that are ended from our side. */
class SessionEndTest {
  private static final int ROUNDS = 4;
  private static final int SESSIONS = 25;

  /** A channel ends with its session, and cannot tell so any more: what was expected is no news. */
  @Test
  void theEndOfASessionIsNothingToWarnOf() {
    try (TestGateway gateway = TestGateway.start();
        LogWatch log = new LogWatch()) {
      TestAccount alice = gateway.account("alice@acme").create();
      for (int round = 0; round < ROUNDS; round++) {
        List<SftpWire> open = new ArrayList<>();
        for (int i = 0; i < SESSIONS; i++) {
          open.add(alice.wire());
        }
        assertThat(gateway.sessions().end(session -> true, "over and out")).isEqualTo(SESSIONS);
        await().atMost(Duration.ofSeconds(30)).until(() -> gateway.sessions().size() == 0);
        open.forEach(SftpWire::close);
      }
      log.sawNoWarning();
    }
  }
}
