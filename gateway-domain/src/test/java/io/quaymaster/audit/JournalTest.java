package io.quaymaster.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lines wait in order, whole, once, and not without limit. */
class JournalTest {
  @TempDir Path folder;

  private Journal journal(long limit) throws IOException {
    return new Journal(folder, limit);
  }

  private static List<String> drain(Journal journal) throws IOException {
    List<Path> closed = journal.closedUpTo(journal.lastFile());
    List<String> lines = new ArrayList<>();
    for (Path file : closed) {
      lines.addAll(Journal.lines(file));
    }
    journal.forget(closed);
    return lines;
  }

  @Test
  void linesComeOutInOrderAndOnce() throws Exception {
    Journal journal = journal(1_000);
    journal.append("one");
    journal.append("zwei \u20ac");
    assertThat(drain(journal)).containsExactly("one", "zwei \u20ac");
    assertThat(drain(journal)).isEmpty();
    journal.append("three");
    assertThat(drain(journal)).containsExactly("three");
    assertThat(journal.waitingBytes()).isZero();
  }

  @Test
  void aSuccessorDrainsWhatWasLeftButNoHalfLine() throws Exception {
    Journal first = journal(1_000);
    first.append("whole");
    try (var files = Files.list(folder)) {
      Files.writeString(files.findFirst().orElseThrow(), "half", StandardOpenOption.APPEND);
    }
    Journal successor = journal(1_000);
    successor.append("next");
    assertThat(drain(successor)).containsExactly("whole", "next");
    assertThat(successor.waitingBytes()).isZero();
  }

  @Test
  void aFullJournalRefusesUntilItIsDrained() throws Exception {
    Journal journal = journal(10);
    journal.append("12345");
    assertThatThrownBy(() -> journal.append("6789")).isInstanceOf(UncheckedIOException.class);
    assertThat(drain(journal)).containsExactly("12345");
    journal.append("6789");
    assertThat(drain(journal)).containsExactly("6789");
  }

  @Test
  void longJournalsAreManyFiles() throws Exception {
    Journal journal = journal(10 * Journal.MAX_FILE_BYTES);
    String line = "x".repeat(100_000);
    for (int i = 0; i < 40; i++) {
      journal.append(line);
    }
    List<Path> closed = journal.closedUpTo(journal.lastFile());
    assertThat(closed).hasSize(4);
    for (Path file : closed) {
      assertThat(Files.size(file)).isLessThan(Journal.MAX_FILE_BYTES + line.length() + 1);
    }
    assertThat(drain(journal)).hasSize(40);
  }

  @Test
  void anInterruptedThreadStillAppendsWholeLines() throws Exception {
    Journal journal = journal(1_000);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      threads
          .submit(
              () -> {
                Thread.currentThread().interrupt();
                journal.append("one");
                journal.append("two");
              })
          .get();
    }
    assertThat(drain(journal)).containsExactly("one", "two");
  }

  @Test
  void whileManyAppendNothingIsLostOrDoubled() throws Exception {
    Journal journal = journal(1 << 20);
    List<String> drained = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var writers =
          IntStream.range(0, 8)
              .mapToObj(
                  writer ->
                      threads.submit(
                          () ->
                              IntStream.range(0, 200)
                                  .forEach(n -> journal.append(writer + ":" + n))))
              .toList();
      while (!writers.stream().allMatch(Future::isDone)) {
        drained.addAll(drain(journal));
      }
    }
    drained.addAll(drain(journal));
    assertThat(drained).hasSize(1_600).doesNotHaveDuplicates();
  }
}
