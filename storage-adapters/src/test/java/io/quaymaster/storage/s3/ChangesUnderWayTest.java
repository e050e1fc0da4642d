package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.ChangesUnderWay.Change;
import io.quaymaster.storage.s3.DirectoryMoves.Move;
import io.quaymaster.storage.s3.DirectoryMoves.Phase;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who waits for whom. */
class ChangesUnderWayTest {
  private static final Duration AT_ONCE = Duration.ZERO;
  private static final Duration LONG = Duration.ofMinutes(5);

  private final MemoryDirectoryMoves records = new MemoryDirectoryMoves();
  private final Moves moves = new Moves(records);

  private ChangesUnderWay changes(Duration patience) {
    return new ChangesUnderWay(moves, patience);
  }

  private static void assertBusy(ThrowingCallable change, String words) {
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(change)
        .matches(failure -> failure.kind() == Kind.BUSY)
        .withMessageContaining(words);
  }

  @Test
  void ofOneNameOneAfterTheOther() throws Exception {
    ChangesUnderWay changes = changes(AT_ONCE);
    try (Change _ = changes.begin(key("a"), key("b"))) {
      assertBusy(() -> changes.begin(key("c"), key("b")), "of this name");
      changes.begin(key("a/b")).close();
      changes.begin(key("c")).close();
    }
    changes.begin(key("c"), key("b")).close();
  }

  @Test
  void aDirectoryIsRemovedWhenNobodyChangesAnythingInIt() throws Exception {
    ChangesUnderWay changes = changes(AT_ONCE);
    try (Change _ = changes.begin(key("a/b/c"))) {
      assertBusy(() -> changes.beginWithAllBelow(key("a")), "of this name");
      changes.beginWithAllBelow(key("a/b/cc")).close();
    }
    try (Change _ = changes.beginWithAllBelow(key("a"))) {
      assertBusy(() -> changes.begin(key("a/b/c")), "of this name");
      changes.begin(key("ab")).close();
    }
  }

  @ParameterizedTest
  @CsvSource({"a, x, false", "x, a/b, false", "a/b/c, x, false", "a/b/c/d, a/c, true"})
  void aRenameWaitsForAllThatIsBelow(String from, String to, boolean free) throws Exception {
    ChangesUnderWay changes = changes(AT_ONCE);
    try (Change _ = changes.begin(key("a/b/c"))) {
      ThrowingCallable rename = () -> changes.awaitNoneIn(key(from), key(to));
      if (free) {
        changes.awaitNoneIn(key(from), key(to));
      } else {
        assertBusy(rename, "a file in the directory is being changed");
      }
    }
    changes.awaitNoneIn(key(from), key(to));
  }

  @Test
  void whoWaitsGoesOnWhenTheOtherHasEnded() throws Exception {
    ChangesUnderWay changes = changes(LONG);
    Change first = changes.begin(key("a/b"));
    CountDownLatch waiting = new CountDownLatch(1);
    FutureTask<Boolean> second =
        new FutureTask<>(
            () -> {
              waiting.countDown();
              changes.awaitNoneIn(key("a"), key("x"));
              return true;
            });
    Thread thread = Thread.ofPlatform().start(second);
    waiting.await();
    await().until(() -> thread.getState() == Thread.State.TIMED_WAITING);
    assertThat(second.isDone()).isFalse();
    first.close();
    assertThat(second.get()).isTrue();
  }

  @Test
  void whatBeginsInADirectoryThatMovesIsRefusedAndHoldsUpNobody() throws Exception {
    ChangesUnderWay changes = changes(AT_ONCE);
    records.begin(move("a", "x"));
    moves.read();
    assertBusy(() -> changes.begin(key("b"), key("a/b")), "being renamed");
    assertBusy(() -> changes.beginWithAllBelow(StoreKey.ROOT), "being renamed");
    changes.begin(key("b")).close();
    changes.awaitNoneIn(key("a"), key("x"));
  }

  /** Another process's move is seen after a second at the latest. */
  @Test
  void whoTakesLongLooksAgain() throws Exception {
    ChangesUnderWay changes = changes(AT_ONCE);
    try (Change change = changes.begin(key("a/b"))) {
      records.ofAnotherProcess().begin(move("a", "x"));
      await().until(() -> isRefused(change));
      assertBusy(change::check, "being renamed");
    }
  }

  @Test
  void whatThisProcessRenamesWaitsForIt() throws Exception {
    ChangesUnderWay changes = changes(AT_ONCE);
    try (Change change = changes.begin(key("a/b"))) {
      Move move = move("a", "x");
      records.begin(move);
      moves.begun(move);
      moves.read();
      change.check();
      assertBusy(() -> changes.begin(key("a/c")), "being renamed");
      assertBusy(() -> changes.awaitNoneIn(key("a"), key("x")), "is being changed");
    }
    changes.awaitNoneIn(key("a"), key("x"));
  }

  private static boolean isRefused(Change change) {
    try {
      change.check();
      return false;
    } catch (FileFailure busy) {
      return busy.kind() == Kind.BUSY;
    }
  }

  private static Move move(String from, String to) {
    return new Move(UUID.randomUUID(), key(from), key(to), Phase.COPYING);
  }
}
