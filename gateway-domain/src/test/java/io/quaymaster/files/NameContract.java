package io.quaymaster.files;

import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.files.FileStoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.FileStore.Measure;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What has a name: made, found, listed, changed, removed. Part of {@link FileStoreContract}. */
public interface NameContract extends FileStoreFixture {
  @Test
  default void aNewStoreIsEmpty() throws Exception {
    assertThat(store().attributes(StoreKey.ROOT).isDirectory()).isTrue();
    assertThat(names("")).isEmpty();
    assertThat(store().measure(StoreKey.ROOT)).isEqualTo(new Measure(0, 0, false));
  }

  @Test
  default void namesAreBytes() throws Exception {
    List<String> names = new ArrayList<>();
    for (char c = 1; c < 256; c++) {
      if (c != '/') {
        names.add("n" + c);
        if (c != '.') {
          names.add(String.valueOf(c));
        }
      }
    }
    names.add("\u00c3\u00a4\u00e2\u0082\u00ac");
    names.add("\u00ff\u00fe\u0080");
    names.add("x".repeat(255));
    names.add("\u00e9".repeat(255));
    names.add("...");
    names.add("-rf *");
    makeDirectory("d");
    for (String name : names) {
      put("d/" + name, name);
    }
    assertThat(new TreeSet<>(names("d"))).isEqualTo(new TreeSet<>(names));
    for (String name : names) {
      assertThat(get("d/" + name)).isEqualTo(name);
    }
    for (String name : names) {
      store().remove(key("d/" + name));
    }
    assertThat(names("d")).isEmpty();
  }

  @Test
  default void directoriesHaveNamesOfAnyByteToo() throws Exception {
    String odd = "\u00ff\u0001 \u00e4\n";
    makeDirectory(odd);
    makeDirectory(odd + "/" + odd);
    put(odd + "/" + odd + "/f", "in");
    store().rename(key(odd), key("\u0080"), false);
    assertThat(get("\u0080/" + odd + "/f")).isEqualTo("in");
    assertThat(names("\u0080")).containsExactly(odd);
  }

  @Test
  default void pathsMayBeLongerThanTheKernelTakesAtOnce() throws Exception {
    String name = "d".repeat(250);
    String path = "";
    while (path.length() + 2 * (name.length() + 1) < longestKeyBytes()) {
      path = path.isEmpty() ? name : path + "/" + name;
      makeDirectory(path);
    }
    put(path + "/f", "deep");
    assertThat(get(path + "/f")).isEqualTo("deep");
    assertThat(names(path)).containsExactly("f");
    store().rename(key(path + "/f"), key(path + "/g"), false);
    assertThat(store().attributes(key(path + "/g")).sizeBytes()).isEqualTo(4);
    assertThat(store().measure(key(name))).isEqualTo(new Measure(4, 1, false));
    assertThat(store().remove(key(path + "/g")).links()).isZero();
    for (StoreKey at = key(path); !at.isRoot(); at = at.parent()) {
      store().removeDirectory(at);
    }
    fails(() -> store().list(key(path(name, longestKeyBytes()))), Kind.NOT_FOUND);
  }

  private static String path(String name, int bytes) {
    StringBuilder path = new StringBuilder(name);
    while (path.length() + name.length() < bytes) {
      path.append('/').append(name);
    }
    return path.toString();
  }

  @Test
  default void whatIsMissingIsNotFound() throws Exception {
    makeDirectory("d");
    for (String name : List.of("none", "d/none", "none/none", "none/none/none")) {
      StoreKey key = key(name);
      fails(() -> store().open(key, Access.READ), Kind.NOT_FOUND);
      fails(() -> store().open(key, Access.READ_WRITE), Kind.NOT_FOUND);
      fails(() -> store().attributes(key), Kind.NOT_FOUND);
      fails(() -> store().setAttributes(key, new AttributeChange(0600, null)), Kind.NOT_FOUND);
      fails(() -> store().list(key), Kind.NOT_FOUND);
      fails(() -> store().remove(key), Kind.NOT_FOUND);
      fails(() -> store().removeDirectory(key), Kind.NOT_FOUND);
      fails(() -> store().readLink(key), Kind.NOT_FOUND);
      fails(() -> store().rename(key, key("x"), false), Kind.NOT_FOUND);
      fails(() -> store().rename(key, key("x"), true), Kind.NOT_FOUND);
      assertThat(store().measure(key)).isEqualTo(new Measure(0, 0, false));
    }
    fails(() -> store().create(key("none/f"), Access.WRITE, 0644), Kind.NOT_FOUND);
    fails(() -> store().makeDirectory(key("none/d"), 0755), Kind.NOT_FOUND);
    put("f", "f");
    fails(() -> store().rename(key("f"), key("none/f"), false), Kind.NOT_FOUND);
  }

  @Test
  default void nothingIsBelowAFile() throws Exception {
    put("f", "f");
    put("g", "g");
    StoreKey below = key("f/x");
    fails(() -> store().open(below, Access.READ), Kind.NOT_A_DIRECTORY);
    fails(() -> store().create(below, Access.WRITE, 0644), Kind.NOT_A_DIRECTORY);
    fails(() -> store().attributes(below), Kind.NOT_A_DIRECTORY);
    fails(() -> store().makeDirectory(below, 0755), Kind.NOT_A_DIRECTORY);
    fails(() -> store().remove(below), Kind.NOT_A_DIRECTORY);
    fails(() -> store().removeDirectory(below), Kind.NOT_A_DIRECTORY);
    fails(() -> store().rename(key("g"), below, true), Kind.NOT_A_DIRECTORY);
    fails(() -> store().list(below), Kind.NOT_A_DIRECTORY);
    fails(() -> store().list(key("f")), Kind.NOT_A_DIRECTORY);
    fails(() -> store().removeDirectory(key("f")), Kind.NOT_A_DIRECTORY);
    fails(() -> store().readLink(key("f")), Kind.INVALID_ARGUMENT);
  }

  @Test
  default void aDirectoryIsNoFile() throws Exception {
    makeDirectory("d");
    for (Access access : Access.values()) {
      fails(() -> store().open(key("d"), access), Kind.IS_A_DIRECTORY);
    }
    fails(() -> store().remove(key("d")), Kind.IS_A_DIRECTORY);
    fails(() -> store().readLink(key("d")), Kind.INVALID_ARGUMENT);
  }

  @Test
  default void theRootStays() throws Exception {
    put("f", "f");
    fails(() -> store().open(StoreKey.ROOT, Access.READ), Kind.IS_A_DIRECTORY);
    fails(() -> store().open(StoreKey.ROOT, Access.WRITE), Kind.IS_A_DIRECTORY);
    fails(() -> store().create(StoreKey.ROOT, Access.WRITE, 0644), Kind.EXISTS);
    fails(() -> store().makeDirectory(StoreKey.ROOT, 0755), Kind.EXISTS);
    fails(() -> store().remove(StoreKey.ROOT), Kind.IS_A_DIRECTORY);
    fails(() -> store().removeDirectory(StoreKey.ROOT), Kind.BUSY);
    fails(() -> store().rename(StoreKey.ROOT, key("x"), false), Kind.BUSY);
    fails(() -> store().rename(key("f"), StoreKey.ROOT, true), Kind.BUSY);
    fails(() -> store().readLink(StoreKey.ROOT), Kind.INVALID_ARGUMENT);
    store().setAttributes(StoreKey.ROOT, new AttributeChange(null, times(10, 20)));
    assertThat(store().attributes(StoreKey.ROOT).modifiedSeconds()).isEqualTo(20);
  }

  @Test
  default void whatExistsIsNotMadeAgain() throws Exception {
    put("f", "kept");
    makeDirectory("d");
    for (String name : List.of("f", "d")) {
      fails(() -> store().create(key(name), Access.WRITE, 0644), Kind.EXISTS);
      fails(() -> store().makeDirectory(key(name), 0755), Kind.EXISTS);
    }
    assertThat(get("f")).isEqualTo("kept");
  }

  @Test
  default void ofManyWhoCreateAFileOneWins() throws Exception {
    race(name -> store().create(key(name), Access.WRITE, 0644).close());
  }

  @Test
  default void ofManyWhoMakeADirectoryOneWins() throws Exception {
    race(name -> store().makeDirectory(key(name), 0755));
  }

  /** Something that only the first of many can do. */
  interface Making {
    void make(String name) throws FileFailure;
  }

  private void race(Making making) throws Exception {
    int threads = 8;
    int rounds = 50;
    CyclicBarrier start = new CyclicBarrier(threads);
    Callable<Integer> racer =
        () -> {
          int won = 0;
          for (int round = 0; round < rounds; round++) {
            start.await();
            won += wins(making, "race" + round);
          }
          return won;
        };
    int won = 0;
    try (var executor = Executors.newFixedThreadPool(threads)) {
      List<Future<Integer>> racers = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        racers.add(executor.submit(racer));
      }
      for (Future<Integer> each : racers) {
        won += each.get();
      }
    }
    assertThat(won).isEqualTo(rounds);
    assertThat(names("")).hasSize(rounds);
  }

  private static int wins(Making making, String name) throws FileFailure {
    try {
      making.make(name);
      return 1;
    } catch (FileFailure failure) {
      if (failure.kind() == Kind.EXISTS) {
        return 0;
      }
      throw failure;
    }
  }

  @Test
  default void modesAreExactButKeepTheOwnersAccess() throws Exception {
    assumeTrue(store().capabilities().permissionBits(), "this store has no permission bits");
    for (int mode : new int[] {0777, 0666, 0644, 0600, 0622, 0, 0111, 0077}) {
      String name = Integer.toOctalString(mode);
      store().create(key("f" + name), Access.WRITE, mode).close();
      store().makeDirectory(key("d" + name), mode);
      assertThat(mode("f" + name)).isEqualTo(mode | 0600);
      assertThat(mode("d" + name)).isEqualTo(mode | 0700);
    }
  }

  private int mode(String name) throws FileFailure {
    return store().attributes(key(name)).mode();
  }

  @Test
  default void modesAreChanged() throws Exception {
    assumeTrue(store().capabilities().permissionBits(), "this store has no permission bits");
    put("f", "f");
    makeDirectory("d");
    store().setAttributes(key("f"), new AttributeChange(0751, null));
    store().setAttributes(key("d"), new AttributeChange(05, null));
    assertThat(mode("f")).isEqualTo(0751);
    assertThat(mode("d")).isEqualTo(0705);
    OpenFile file = store().open(key("f"), Access.WRITE);
    file.setAttributes(new AttributeChange(0, null));
    assertThat(file.attributes().mode()).isEqualTo(0600);
    file.close();
    assertThat(mode("f")).isEqualTo(0600);
  }

  static AttributeChange.Times times(long accessed, long modified) {
    return new AttributeChange.Times(accessed, modified);
  }

  @Test
  default void timesAreChanged() throws Exception {
    put("f", "f");
    makeDirectory("d");
    int before = mode("f");
    for (String name : List.of("f", "d")) {
      store().setAttributes(key(name), new AttributeChange(null, times(1_000_000, 4_000_000_000L)));
      FileAttributes now = store().attributes(key(name));
      assertThat(now.accessedSeconds()).isEqualTo(1_000_000);
      assertThat(now.modifiedSeconds()).isEqualTo(4_000_000_000L);
    }
    assertThat(mode("f")).isEqualTo(before);
    store().setAttributes(key("f"), AttributeChange.NONE);
    assertThat(store().attributes(key("f")).modifiedSeconds()).isEqualTo(4_000_000_000L);
    OpenFile file = store().open(key("f"), Access.WRITE);
    file.setAttributes(new AttributeChange(null, times(7, 8)));
    assertThat(file.attributes().accessedSeconds()).isEqualTo(7);
    assertThat(file.attributes().modifiedSeconds()).isEqualTo(8);
    file.close();
    assertThat(store().attributes(key("f")).modifiedSeconds()).isEqualTo(8);
  }

  @Test
  default void identityTellsFilesApart() throws Exception {
    put("f", "f");
    put("g", "g");
    FileAttributes.Identity f = store().attributes(key("f")).identity();
    assertThat(store().attributes(key("g")).identity()).isNotEqualTo(f);
    store().rename(key("f"), key("h"), false);
    FileAttributes.Identity h = store().attributes(key("h")).identity();
    assertThat(h.equals(f)).isEqualTo(keepsIdentityOverRename());
    put("f", "another");
    assertThat(store().attributes(key("f")).identity()).isNotEqualTo(h);
  }

  @Test
  default void specialFilesAreNamedButNeverOpened() throws Exception {
    makeDirectory("d");
    put("g", "g");
    Optional<String> reason = plantSpecial(key("d/pipe"));
    assumeTrue(reason.isEmpty(), () -> reason.orElse(""));
    assertThat(store().attributes(key("d/pipe")).type()).isEqualTo(FileAttributes.Type.SPECIAL);
    assertThat(entries("d").getFirst().attributes().type()).isEqualTo(FileAttributes.Type.SPECIAL);
    for (Access access : Access.values()) {
      fails(() -> store().open(key("d/pipe"), access), Kind.SPECIAL_FILE);
    }
    fails(() -> store().create(key("d/pipe"), Access.WRITE, 0644), Kind.EXISTS);
    fails(() -> store().list(key("d/pipe")), Kind.NOT_A_DIRECTORY);
    fails(() -> store().open(key("d/pipe/x"), Access.READ), Kind.NOT_A_DIRECTORY);
    fails(
        () -> store().setAttributes(key("d/pipe"), new AttributeChange(0666, null)),
        Kind.SPECIAL_FILE);
    assertThat(store().measure(key("d"))).isEqualTo(new Measure(0, 1, false));
    store().rename(key("d/pipe"), key("d/pipe2"), false);
    assertThat(store().remove(key("d/pipe2")).type()).isEqualTo(FileAttributes.Type.SPECIAL);
  }

  @Test
  default void theMediumHasRoom() throws Exception {
    FileStore.Space space = store().space();
    assertThat(space.totalBytes()).isPositive().isGreaterThanOrEqualTo(space.freeBytes());
    assertThat(space.freeBytes()).isPositive();
    assertThat(space.totalFiles()).isGreaterThanOrEqualTo(space.freeFiles());
  }

  @Test
  default void openFilesOutliveTheStore() throws Exception {
    put("f", "still here");
    OpenFile file = store().open(key("f"), Access.READ);
    store().close();
    assertThat(FileStoreFixture.read(file, 0, 100)).isEqualTo("still here");
    file.close();
    fails(() -> store().attributes(key("f")), Kind.INVALID_HANDLE);
    fails(() -> store().open(key("f"), Access.READ), Kind.INVALID_HANDLE);
  }
}
