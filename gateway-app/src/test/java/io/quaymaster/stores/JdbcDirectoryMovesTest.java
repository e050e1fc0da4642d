package io.quaymaster.stores;

import static io.quaymaster.stores.StoreTables.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.storage.s3.DirectoryMoves;
import io.quaymaster.storage.s3.DirectoryMoves.Move;
import io.quaymaster.storage.s3.DirectoryMoves.Phase;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The records of directories under way, on the real PostgreSQL. */
class JdbcDirectoryMovesTest {
  private final StoreTables tables = new StoreTables();
  private final UUID process = tables.process();
  private final UUID otherProcess = tables.process();
  private final DirectoryMoves moves = movesOf(process);
  private final DirectoryMoves others = movesOf(otherProcess);

  private DirectoryMoves movesOf(UUID someProcess) {
    return new JdbcDirectoryMoves(tables.asked(), tables.lake(), someProcess);
  }

  private static Move move(String from, String to) {
    return new Move(UUID.randomUUID(), key(from), key(to), Phase.COPYING);
  }

  @AfterEach
  void drop() {
    tables.close();
  }

  @Test
  void aMoveGoesThroughItsPhases() throws Exception {
    Move move = move("in/\u00ff", "out\\'");
    assertThat(moves.begin(move)).isTrue();
    assertThat(others.all()).as("every process sees it").containsExactly(move);

    for (Phase phase : List.of(Phase.REMOVING, Phase.UNDOING)) {
      moves.reach(move.id(), phase);
      assertThat(others.all()).containsExactly(new Move(move.id(), move.from(), move.to(), phase));
    }
    moves.end(move.id());
    assertThat(moves.all()).isEmpty();
    moves.end(move.id());
  }

  @ParameterizedTest
  @CsvSource({
    "a/b, x, false",
    "x, a/b, false",
    "a, x, false",
    "a/b/c, x, false",
    "x, c/d/e, false",
    "c, x, false",
    "c/d, a/b, false",
    "a/bb, c/dd, true",
    "x, y, true"
  })
  void noTwoMovesMeet(String from, String to, boolean room) throws Exception {
    moves.begin(move("a/b", "c/d"));

    assertThat(others.begin(move(from, to))).isEqualTo(room);
    assertThat(new JdbcDirectoryMoves(tables.asked(), tables.pond(), process).begin(move(from, to)))
        .as("in another store")
        .isTrue();
  }

  @Test
  void ofManyAtOnceOneBegins() throws Exception {
    List<Callable<Boolean>> race =
        IntStream.range(0, 8)
            .<Callable<Boolean>>mapToObj(i -> () -> movesOf(process).begin(move("a", "to-" + i)))
            .toList();
    try (ExecutorService movers = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(movers.invokeAll(race).stream().map(Future::resultNow)).containsOnlyOnce(true);
    }
    assertThat(moves.all()).hasSize(1);
  }

  @Test
  void onlyADeadProcesssMovesAreTakenOver() throws Exception {
    Move move = move("a", "b");
    moves.begin(move);
    assertThat(others.takeOver()).as("its owner lives").isEmpty();

    tables.settle(process);

    assertThat(new JdbcDirectoryMoves(tables.asked(), tables.pond(), otherProcess).takeOver())
        .as("another store's")
        .isEmpty();
    assertThat(others.takeOver()).containsExactly(move);
    assertThat(others.takeOver()).as("it is ours now").isEmpty();
    others.reach(move.id(), Phase.UNDOING);
    others.end(move.id());
    assertThat(others.all()).isEmpty();
  }

  @Test
  void ofManyWhoTakeOverOneDoes() throws Exception {
    moves.begin(move("a", "b"));
    tables.settle(process);
    List<Callable<Integer>> race =
        IntStream.range(0, 8)
            .<Callable<Integer>>mapToObj(i -> () -> movesOf(tables.process()).takeOver().size())
            .toList();

    try (ExecutorService takers = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(takers.invokeAll(race).stream().map(Future::resultNow)).containsOnlyOnce(1);
    }
  }

  /** A process that slept was taken for dead: when it wakes it must not go on. */
  @Test
  void whoWasTakenForDeadStops() throws Exception {
    Move move = move("a", "b");
    moves.begin(move);
    tables.settle(process);
    others.takeOver();

    assertThatThrownBy(() -> moves.reach(move.id(), Phase.REMOVING))
        .isInstanceOfSatisfying(FileFailure.class, f -> assertThat(f.kind()).isEqualTo(Kind.BUSY));
    moves.end(move.id());

    assertThat(others.all()).containsExactly(move);
  }

  @Test
  void aProcessWithoutARowBeginsNothing() {
    DirectoryMoves unknown = movesOf(UUID.randomUUID());

    assertThatThrownBy(() -> unknown.begin(move("a", "b")))
        .isInstanceOfSatisfying(
            FileFailure.class, f -> assertThat(f.kind()).isEqualTo(Kind.LEDGER_UNAVAILABLE));
  }
}
