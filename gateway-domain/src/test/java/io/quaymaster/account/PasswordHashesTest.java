package io.quaymaster.account;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.refusal.Refusal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PasswordHashesTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @Test
  void hashesWithArgon2idAndASaltOfItsOwn() {
    try (PasswordHashes hashes = new PasswordHashes(1, 4, LONG)) {
      String hash = hashes.hash("correct horse");
      assertThat(hash).startsWith("$argon2id$v=19$m=19456,t=2,p=1$");
      assertThat(hashes.hash("correct horse")).isNotEqualTo(hash);
      assertThat(hashes.matches("correct horse", hash)).isTrue();
      assertThat(hashes.matches("Correct horse", hash)).isFalse();
    }
  }

  @Test
  void nobodyHasNoPassword() {
    try (PasswordHashes hashes = new PasswordHashes(1, 4, LONG)) {
      assertThat(hashes.matches("nobody's password", null)).isFalse();
      assertThat(hashes.matches("-", null)).isFalse();
      assertThat(hashes.matches("x".repeat(100_000), hashes.hash("something"))).isFalse();
    }
  }

  /** More than may wait is refused at once, and a refused proof is no proof. */
  @Test
  void boundsHowManyWait() throws Exception {
    try (PasswordHashes hashes = new PasswordHashes(1, 1, LONG);
        ExecutorService callers = Executors.newVirtualThreadPerTaskExecutor()) {
      String hash = hashes.hash("correct horse");
      List<Callable<Boolean>> storm =
          IntStream.range(0, 30)
              .<Callable<Boolean>>mapToObj(_ -> () -> hashes.matches("correct horse", hash))
              .toList();
      long refused =
          callers.invokeAll(storm).stream().map(PasswordHashesTest::get).filter(ok -> !ok).count();
      assertThat(refused).isBetween(1L, 29L).isEqualTo(hashes.refused());
      assertThat(hashes.waiting()).isZero();
      assertThat(hashes.matches("correct horse", hash)).isTrue();
    }
  }

  @Test
  void boundsHowLongACallerWaits() {
    try (PasswordHashes hashes = new PasswordHashes(1, 4, Duration.ofNanos(1))) {
      assertThatThrownBy(() -> hashes.hash("correct horse")).isInstanceOf(Refusal.Busy.class);
      assertThat(hashes.matches("correct horse", null)).isFalse();
    }
  }

  private static boolean get(Future<Boolean> future) {
    return future.resultNow();
  }
}
