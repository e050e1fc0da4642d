package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.key;
import static io.quaymaster.storage.s3.FaultProxy.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.DirectoryMoves.Move;
import io.quaymaster.storage.s3.DirectoryMoves.Phase;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** A directory is renamed while others change what is in it, or rename it too. */
class DirectoryRaceTest {
  private static final StoreKey ASIDE = key("old/" + FileStore.ASIDE + "up");

  private final BucketStore it = BucketStore.open();

  @BeforeEach
  void plant() {
    it.plant("old/", "");
    it.plant("old/f", "f");
    it.plant("old/sub/", "");
    it.plant("elsewhere/", "");
  }

  @AfterEach
  void close() {
    it.close();
  }

  /** Changes in the directory, the request that makes each, and what is left. */
  enum Begun {
    PUBLISH("PUT", "old/up", "f sub/ up"),
    REMOVE("DELETE", "old/f", "sub/"),
    RENAME_AWAY("DELETE", "old/f", "sub/"),
    RENAME_INTO("PUT", "old/g", "f g sub/"),
    MAKE_DIRECTORY("PUT", "old/made/", "f made/ sub/"),
    REMOVE_DIRECTORY("DELETE", "old/sub/", "f"),
    DESCRIBE("PUT", "old/f", "f sub/"),
    DESCRIBE_OPEN("PUT", "old/f", "f sub/");

    private final String method;
    private final String path;
    private final String left;

    Begun(String method, String path, String left) {
      this.method = method;
      this.path = path;
      this.left = left;
    }
  }

  private void change(Begun change) throws FileFailure {
    AttributeChange mode = new AttributeChange(0600, null);
    switch (change) {
      case PUBLISH -> it.store.publish(ASIDE, key("old/up"));
      case REMOVE -> it.store.remove(key("old/f"));
      case RENAME_AWAY -> it.store.rename(key("old/f"), key("elsewhere/f"), false);
      case RENAME_INTO -> it.store.rename(key("elsewhere/g"), key("old/g"), false);
      case MAKE_DIRECTORY -> it.store.makeDirectory(key("old/made"), 0755);
      case REMOVE_DIRECTORY -> it.store.removeDirectory(key("old/sub"));
      case DESCRIBE -> it.store.setAttributes(key("old/f"), mode);
      case DESCRIBE_OPEN -> {
        OpenFile file = it.store.open(key("old/f"), Access.READ);
        file.setAttributes(mode);
        file.close();
      }
    }
  }

  private static CompletableFuture<Void> running(Step step) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            step.run();
          } catch (FileFailure failure) {
            throw new CompletionException(failure);
          }
        },
        Thread::startVirtualThread);
  }

  private void renameOld() throws FileFailure {
    it.store.rename(key("old"), key("new"), false);
  }

  /** What had begun before is a part of what moves, or keeps the directory from moving. */
  @ParameterizedTest
  @EnumSource
  void whatHadBegunBeforeMovesToo(Begun begun) throws Exception {
    it.plant("elsewhere/g", "g");
    if (begun == Begun.PUBLISH) {
      write(it.store.createAside(ASIDE, key("old/up"), Access.WRITE, 0644), "up");
    }
    it.proxy.every(
        requests(begun.method, "/in/" + begun.path), new Fault.Delay(Duration.ofMillis(300)));
    CompletableFuture<Void> changing = running(() -> change(begun));
    await().until(() -> changing.isDone() || it.proxy.injected() > 0);
    try {
      renameOld();
    } catch (FileFailure busy) {
      // Only an upload that is not complete stays where it is.
      assertThat(busy.kind()).isEqualTo(Kind.BUSY);
      assertThat(begun).isEqualTo(Begun.PUBLISH);
      changing.join();
      renameOld();
    }
    changing.join();
    assertThat(it.list(key("new"))).containsExactly(begun.left.split(" "));
    assertThat(it.raw.keys()).noneMatch(key -> key.startsWith("in/old/"));
    if (begun == Begun.DESCRIBE || begun == Begun.DESCRIBE_OPEN) {
      assertThat(it.store.attributes(key("new/f")).mode()).isEqualTo(0600);
    }
  }

  private static void write(OpenFile file, String text) throws FileFailure {
    file.write(0, ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8)));
    file.close();
  }

  @Test
  void aDirectoryStaysWhileAPlainUploadInItIsOpen() throws FileFailure {
    OpenFile made = it.store.create(key("old/sub/made"), Access.WRITE, 0644);
    OpenFile replaced = it.store.open(key("old/f"), Access.WRITE);
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(this::renameOld)
        .matches(failure -> failure.kind() == Kind.BUSY)
        .withMessageContaining("not complete");
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(() -> it.store.removeDirectory(key("old/sub")))
        .matches(failure -> failure.kind() == Kind.DIRECTORY_NOT_EMPTY);
    write(made, "made");
    replaced.close();
    renameOld();
    assertThat(it.list(key("new/sub"))).containsExactly("made");
  }

  /** Another process knows nothing of a plain upload: it finds out when it is closed. */
  @Test
  void aPlainUploadMakesNoDirectoryThatHasMovedAway() throws FileFailure {
    OpenFile file = it.store.create(key("old/made"), Access.WRITE, 0644);
    MemoryDirectoryMoves elsewhere = it.moves.ofAnotherProcess();
    S3FileStore other = it.openElsewhere(elsewhere);
    other.rename(key("old"), key("new"), false);
    other.close();
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(() -> write(file, "made"))
        .matches(failure -> Set.of(Kind.NOT_FOUND, Kind.BUSY).contains(failure.kind()));
    assertThat(it.raw.keys()).noneMatch(key -> key.startsWith("in/old/"));
  }

  private static @Nullable Kind kindOf(Step step) {
    try {
      step.run();
      return null;
    } catch (FileFailure failure) {
      return failure.kind();
    }
  }

  /** Its uploader hears so, and can publish it when the move is over. */
  @Test
  void anUploadThatCannotBePublishedNowWaitsInItsRecord() throws FileFailure {
    MemoryDirectoryMoves elsewhere = it.moves.ofAnotherProcess();
    Move move = new Move(UUID.randomUUID(), key("old"), key("new"), Phase.COPYING);
    write(it.store.createAside(ASIDE, key("old/up"), Access.WRITE, 0644), "up");
    assertThat(it.stores.memoryInUse()).isPositive();
    assertThat(elsewhere.begin(move)).isTrue();
    // Until we know of it: EXISTS.
    await().until(() -> kindOf(() -> it.store.makeDirectory(key("old/sub"), 0755)) == Kind.BUSY);
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(() -> it.store.publish(ASIDE, key("old/up")))
        .matches(failure -> failure.kind() == Kind.BUSY);
    assertThat(it.stores.memoryInUse()).isZero();

    elsewhere.end(move.id());
    await().until(() -> kindOf(() -> it.store.makeDirectory(key("old/sub"), 0755)) == Kind.EXISTS);
    it.store.publish(ASIDE, key("old/up"));
    assertThat(it.read("old/up")).isEqualTo("up");
    elsewhere.die();
  }

  /** What another process does late is carried along, as long as we have not passed it. */
  @Test
  void whatAnotherProcessChangesWhileWeCopyIsCarriedAlong() throws Exception {
    it.plant("old/gone", "gone");
    it.plant("old/late", "before");
    MemoryDirectoryMoves elsewhere = it.moves.ofAnotherProcess();
    it.moves.elsewhere =
        () -> {
          if (it.raw.keys().containsAll(Set.of("in/new/late", "in/new/gone"))) {
            it.moves.elsewhere = () -> {};
            it.plant("old/late", "after");
            it.plant("old/one-more", "one more");
            it.raw.s3().deleteObject(d -> d.bucket(it.raw.name()).key("in/old/gone"));
          }
        };
    renameOld();
    assertThat(it.list(key("new"))).containsExactly("f", "late", "one-more", "sub/");
    assertThat(it.read("new/late")).isEqualTo("after");
    assertThat(it.raw.keys()).noneMatch(key -> key.startsWith("in/old/"));
    elsewhere.die();
  }

  /** Of two renames that meet, the second one finds the first one's, or is refused. */
  @ParameterizedTest
  @CsvSource({
    "a, c, a/b, d",
    "a/b, d, a, c",
    "a, e, e, a",
    "a, c, a, d",
    "a, c, x, c",
    "a, x/y, x, a/y"
  })
  void twoRenamesAtOnce(String from, String to, String otherFrom, String otherTo) throws Exception {
    it.plant("a/", "");
    it.plant("a/b/", "");
    it.plant("a/b/one", "one");
    it.plant("a/two", "two");
    it.plant("x/", "");
    it.plant("x/three", "three");
    it.plant("e/", "");
    S3FileStore other = it.openElsewhere(it.moves.ofAnotherProcess());
    Callable<Boolean> first = () -> renames(it.store, from, to);
    Callable<Boolean> second = () -> renames(other, otherFrom, otherTo);
    try (ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(both.invokeAll(List.of(first, second)).stream().map(Future::resultNow))
          .contains(true);
    }
    other.close();
    assertThat(it.moves.all()).isEmpty();
    assertThat(it.raw.keys().stream().filter(key -> !key.endsWith("/")).map(it.raw::get))
        .containsExactlyInAnyOrder("one", "two", "three", "f");
  }

  private static boolean renames(S3FileStore store, String from, String to) {
    try {
      store.rename(key(from), key(to), true);
      return true;
    } catch (FileFailure failure) {
      assertThat(failure.kind())
          .isIn(Kind.BUSY, Kind.NOT_FOUND, Kind.DIRECTORY_NOT_EMPTY, Kind.INVALID_ARGUMENT);
      return false;
    }
  }
}
