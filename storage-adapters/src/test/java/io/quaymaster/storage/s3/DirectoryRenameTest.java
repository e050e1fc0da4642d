package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.key;
import static io.quaymaster.storage.s3.FaultProxy.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.StoreKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A directory is renamed as a whole, whatever happens meanwhile. */
class DirectoryRenameTest {
  private static final int FILES = 56;
  private static final Predicate<String> COPIES = requests("PUT", "/in/new/");
  private static final Predicate<String> REMOVALS = requests("DELETE", "/in/old/");

  private final BucketStore it = BucketStore.open();
  private final SortedSet<String> below = new TreeSet<>();
  private boolean replace;

  @BeforeEach
  void plant() {
    for (int i = 0; i < FILES; i++) {
      below.add("d" + i % 3 + "/f" + i);
    }
    below.forEach(path -> it.plant("old/" + path, path));
    for (String marker : List.of("", "d0/", "empty/", "\uF7FF/")) {
      below.add(marker);
      it.plant("old/" + marker, "");
    }
    it.plant("other", "stays");
  }

  @AfterEach
  void close() {
    it.close();
  }

  private SortedSet<String> keys(String directory) {
    String prefix = BucketStore.PREFIX + directory;
    SortedSet<String> keys = new TreeSet<>();
    for (String each : it.raw.keys()) {
      if (each.startsWith(prefix)) {
        keys.add(each.substring(prefix.length()));
      }
    }
    return keys;
  }

  private void assertIsNew() {
    assertThat(keys("new/")).isEqualTo(below);
    assertThat(keys("old/")).isEmpty();
    assertThat(it.raw.get("in/new/d1/f1")).isEqualTo("d1/f1");
    assertThat(it.moves.all()).isEmpty();
  }

  private void assertIsOld() {
    assertThat(keys("old/")).isEqualTo(below);
    assertThat(keys("new/")).isEmpty();
    assertThat(it.moves.all()).isEmpty();
  }

  private void rename() throws FileFailure {
    it.store.rename(key("old"), key("new"), replace);
  }

  private CompletableFuture<Void> renaming() {
    return CompletableFuture.runAsync(
        () -> {
          try {
            rename();
          } catch (FileFailure failure) {
            throw new CompletionException(failure);
          }
        });
  }

  private void awaitPhase(DirectoryMoves.Phase phase) {
    await()
        .pollInterval(Duration.ofMillis(2))
        .until(() -> it.moves.all().stream().anyMatch(move -> move.phase() == phase));
  }

  /** What a client sees of the tree: where it is, and nothing of it elsewhere. */
  private String whereItIs() throws FileFailure {
    SortedSet<String> root = it.list(StoreKey.ROOT);
    root.remove("other");
    return String.join(" ", root);
  }

  @Test
  void nothingHalfDoneIsSeen() throws Exception {
    it.proxy.every(COPIES, new Fault.Delay(Duration.ofMillis(30)));
    it.proxy.every(REMOVALS, new Fault.Delay(Duration.ofMillis(30)));
    CompletableFuture<Void> renaming = renaming();
    List<String> seen = new ArrayList<>();
    while (!renaming.isDone()) {
      String where = whereItIs();
      seen.add(where);
      assertThat(where).isIn("old/", "new/");
      assertThat(it.files()).isEqualTo(FILES + 1);
      for (String directory : List.of("old", "new")) {
        try {
          assertThat(it.list(key(directory + "/d1"))).hasSize((FILES + 1) / 3);
        } catch (FileFailure gone) {
          assertThat(gone.kind()).isEqualTo(Kind.NOT_FOUND);
        }
      }
    }
    renaming.join();
    assertThat(seen).contains("old/").isSortedAccordingTo((a, b) -> b.compareTo(a));
    assertIsNew();
  }

  @Test
  void changesInEitherDirectoryWaitForTheEnd() throws Exception {
    it.proxy.every(COPIES, new Fault.Delay(Duration.ofMillis(200)));
    CompletableFuture<Void> renaming = renaming();
    awaitPhase(DirectoryMoves.Phase.COPYING);
    await().until(() -> it.proxy.injected() > 0);
    assertBusy(() -> it.store.remove(key("old/d1/f1")));
    assertBusy(() -> it.store.create(key("old/x"), Access.WRITE, 0644));
    assertBusy(() -> it.store.create(key("new/x"), Access.WRITE, 0644));
    assertBusy(() -> it.store.makeDirectory(key("new"), 0755));
    assertBusy(() -> it.store.open(key("old/d1/f1"), Access.WRITE));
    assertBusy(() -> it.store.rename(key("other"), key("old/d1/other"), true));
    assertBusy(() -> it.store.rename(key("old/d0"), key("elsewhere"), true));
    assertBusy(() -> it.store.setAttributes(key("old"), new AttributeChange(0700, null)));
    assertThat(it.read("old/d1/f1")).isEqualTo("d1/f1");
    renaming.join();
    assertIsNew();
    it.store.remove(key("new/d1/f1"));
  }

  private static void assertBusy(ThrowingCallable change) {
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(change)
        .matches(failure -> failure.kind() == Kind.BUSY)
        .withMessageContaining("being renamed");
  }

  @Test
  void whatCannotBeCopiedIsUndone() throws FileFailure {
    it.proxy.every(requests("PUT", "/in/new/d1/f7"), new Fault.SlowDown());
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(this::rename)
        .withMessageContaining("overloaded");
    assertIsOld();
    assertThat(whereItIs()).isEqualTo("old/");
  }

  @Test
  void anEmptyDirectoryThatHadTheNewNameIsThereAgainWhenItFails() throws FileFailure {
    it.store.makeDirectory(key("new"), 0755);
    it.proxy.every(requests("PUT", "/in/new/d1/f7"), new Fault.SlowDown());
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(() -> it.store.rename(key("old"), key("new"), true));
    assertThat(keys("old/")).isEqualTo(below);
    assertThat(keys("new/")).containsExactly("");
    it.proxy.heal();
    it.store.rename(key("old"), key("new"), true);
    assertIsNew();
  }

  @Test
  void whatCannotBeUndoneIsUndoneByTheNextSweep() throws FileFailure {
    it.proxy.every(requests("PUT", "/in/new/d1/f7"), new Fault.SlowDown());
    it.proxy.every(requests("DELETE", "/in/new/d2/f8"), new Fault.SlowDown());
    assertThatExceptionOfType(FileFailure.class).isThrownBy(this::rename);
    assertThat(it.moves.all()).hasSize(1);
    assertThat(whereItIs()).isEqualTo("old/");
    it.proxy.heal();
    it.store.sweep(Duration.ofDays(1));
    assertIsOld();
  }

  @Test
  void aRenameSucceedsAlsoWhenTheOldNameCannotBeClearedNow() throws FileFailure {
    it.proxy.every(requests("DELETE", "/in/old/d2/f8"), new Fault.SlowDown());
    rename();
    assertThat(whereItIs()).isEqualTo("new/");
    assertThat(it.files()).isEqualTo(FILES + 1);
    it.proxy.heal();
    it.store.sweep(Duration.ofDays(1));
    assertIsNew();
  }

  @Test
  void anotherProcessEndsWhatADeadOneCopied() throws Exception {
    dieCopying();
    assertIsNew();
  }

  private void dieCopying() throws Exception {
    it.proxy.every(requests("PUT", "/in/new/d2/"), new Fault.BlackHole());
    dieIn(DirectoryMoves.Phase.COPYING, requests("PUT", "/in/new/d2/"));
  }

  @Test
  void anotherProcessEndsWhatADeadOneRemoved() throws Exception {
    dieRemoving();
    assertIsNew();
  }

  private void dieRemoving() throws Exception {
    it.proxy.every(requests("DELETE", "/in/old/d2/"), new Fault.BlackHole());
    dieIn(DirectoryMoves.Phase.REMOVING, requests("DELETE", "/in/old/d2/"));
  }

  @Test
  void anotherProcessEndsWhatADeadOneUndid() throws Exception {
    dieUndoing();
    assertIsOld();
  }

  private void dieUndoing() throws Exception {
    it.proxy.every(requests("PUT", "/in/new/d1/f7"), new Fault.SlowDown());
    it.proxy.every(requests("DELETE", "/in/new/"), new Fault.BlackHole());
    dieIn(DirectoryMoves.Phase.UNDOING, requests("DELETE", "/in/new/"));
  }

  /** The empty directory that has the new name gives way to all of the other, or stays as it is. */
  @ParameterizedTest
  @EnumSource
  void anEmptyDirectoryThatHadTheNewName(DirectoryMoves.Phase ofDeath) throws Exception {
    it.store.makeDirectory(key("new"), 0710);
    it.store.setAttributes(key("old"), new AttributeChange(0750, null));
    replace = true;
    switch (ofDeath) {
      case COPYING -> dieCopying();
      case REMOVING -> dieRemoving();
      case UNDOING -> dieUndoing();
    }
    if (ofDeath == DirectoryMoves.Phase.UNDOING) {
      assertThat(keys("old/")).isEqualTo(below);
      assertThat(keys("new/")).containsExactly("");
    } else {
      assertIsNew();
    }
    S3FileStore later = it.openElsewhere(it.moves.ofAnotherProcess());
    assertThat(later.attributes(key("new")).mode())
        .isEqualTo(ofDeath == DirectoryMoves.Phase.UNDOING ? 0710 : 0750);
    assertThat(it.raw.head("in/new/").metadata()).doesNotContainKey("quaymaster-move");
    later.close();
  }

  /** The process whose requests hang is as good as dead: another one takes its move. */
  private void dieIn(DirectoryMoves.Phase phase, Predicate<String> hanging) throws Exception {
    CompletableFuture<Void> renaming = renaming();
    await().until(() -> it.proxy.count(hanging) > 0);
    assertThat(it.moves.all()).extracting(DirectoryMoves.Move::phase).containsExactly(phase);
    S3FileStore other = it.openElsewhere(it.moves.ofAnotherProcess());
    assertThat(other.measure(StoreKey.ROOT).files()).isEqualTo(FILES + 1);
    it.moves.die();
    other.sweep(Duration.ofDays(1));
    assertThat(it.moves.all()).isEmpty();
    it.store.close();
    it.proxy.refuse();
    await().until(renaming::isDone);
    other.close();
  }

  /** Who wakes up after another process has ended its move leaves it alone. */
  @Test
  void whoWasTakenForDeadRemovesNothingMore() throws Exception {
    it.proxy.every(requests("DELETE", "/in/old/d2/f8"), new Fault.SlowDown());
    rename();
    assertThat(it.moves.all()).hasSize(1);
    S3FileStore other = it.openElsewhere(it.moves.ofAnotherProcess());
    it.moves.die();
    other.sweep(Duration.ofDays(1));
    assertIsNew();
    other.makeDirectory(key("old"), 0755);
    it.plant("old/later", "a new file");
    it.proxy.heal();
    it.store.sweep(Duration.ofDays(1));
    assertThat(keys("old/")).containsExactly("", "later");
    other.close();
  }

  @Test
  void timesSurvive() throws FileFailure {
    AttributeChange.Times times = new AttributeChange.Times(1_000_000_000, 1_100_000_000);
    it.store.setAttributes(key("old/d1/f1"), new AttributeChange(0600, times));
    long stored = it.store.attributes(key("old/d1/f4")).modifiedSeconds();
    rename();
    assertThat(it.store.attributes(key("new/d1/f1")).modifiedSeconds()).isEqualTo(1_100_000_000);
    assertThat(it.store.attributes(key("new/d1/f1")).mode()).isEqualTo(0600);
    assertThat(it.store.attributes(key("new/d1/f4")).modifiedSeconds()).isEqualTo(stored);
  }

  @Test
  void aListingThatIsReadMeanwhileDoesNotEndAsIfItWereComplete() throws FileFailure {
    try (var listing = it.store.list(key("old/d1"))) {
      listing.next();
      rename();
      assertThatExceptionOfType(FileFailure.class)
          .isThrownBy(
              () -> {
                while (listing.next() != null) {
                  // Reads on.
                }
              })
          .withMessageContaining("was renamed while it was read");
    }
  }
}
