package io.quaymaster.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;

/**
 * What an implementor of {@link FileStoreContract} supplies, and the words that its tests are
 * written in. Where a store does less than the model, a method here says so and the implementor
 * gives the reason; the tests then expect the refusal.
 */
public interface FileStoreFixture {
  /** The store of this test, empty at its start. */
  FileStore store();

  /**
   * Makes a special file (a pipe, say) behind the store's back.
   *
   * @return why that cannot be done here, or empty if it was done
   */
  Optional<String> plantSpecial(StoreKey key) throws Exception;

  /** How long a key may be, in bytes: a disk has no limit, a view of clients has. */
  default int longestKeyBytes() {
    return 6_000;
  }

  /** Whether a file keeps its identity when it is renamed: a bucket knows it by its name only. */
  default boolean keepsIdentityOverRename() {
    return true;
  }

  /** Whether who uploads sees the name of what is not complete, as an account does. */
  default boolean showsOwnUploads() {
    return false;
  }

  /** How many entries a large directory has: fewer where each is a request. */
  default int manyEntries() {
    return 10_000;
  }

  /** How many entries a listing asks for before it is asked for them. */
  default int listsAhead() {
    return 0;
  }

  /** Whether an open file's attributes can be read and set once its name has gone or changed. */
  default boolean openFilesKeepTheirAttributes() {
    return true;
  }

  default boolean setsTimesOfLinks() {
    return true;
  }

  /** Whether a link's target may have doubled or trailing slashes. */
  default boolean keepsTargetsWithEmptyComponents() {
    return true;
  }

  static StoreKey key(String byteText) {
    return StoreKey.of(byteText);
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Makes a file that holds the text. */
  default void put(String name, String text) throws FileFailure {
    OpenFile file = store().create(key(name), Access.WRITE, 0644);
    file.write(0, ByteBuffer.wrap(bytes(text)));
    file.close();
  }

  /** The text of a file. */
  default String get(String name) throws FileFailure {
    OpenFile file = store().open(key(name), Access.READ);
    try {
      return read(file, 0, (int) file.attributes().sizeBytes());
    } finally {
      file.close();
    }
  }

  /** Up to so many bytes at an offset. */
  static String read(OpenFile file, long offset, int count) throws FileFailure {
    ByteBuffer into = ByteBuffer.allocate(count);
    int got = file.read(offset, into);
    assertThat(into.position()).isEqualTo(got);
    return new String(into.array(), 0, got, StandardCharsets.ISO_8859_1);
  }

  static void write(OpenFile file, long offset, String text) throws FileFailure {
    ByteBuffer from = ByteBuffer.wrap(bytes(text));
    file.write(offset, from);
    assertThat(from.hasRemaining()).isFalse();
  }

  default void makeDirectory(String name) throws FileFailure {
    store().makeDirectory(key(name), 0755);
  }

  default boolean exists(String name) throws FileFailure {
    try {
      store().attributes(key(name));
      return true;
    } catch (FileFailure failure) {
      assertThat(failure.kind()).isEqualTo(Kind.NOT_FOUND);
      return false;
    }
  }

  default List<Listing.Entry> entries(String name) throws FileFailure {
    List<Listing.Entry> entries = new ArrayList<>();
    try (Listing listing = store().list(key(name))) {
      for (Listing.@Nullable Entry e = listing.next(); e != null; e = listing.next()) {
        entries.add(e);
      }
    }
    return entries;
  }

  default List<String> names(String name) throws FileFailure {
    return entries(name).stream().map(e -> e.name().byteText()).sorted().toList();
  }

  /** Something fails in one of these ways, and does not tell where the store lies. */
  static void fails(ThrowingCallable call, Kind... kinds) {
    Consumer<FileFailure> expected =
        failure -> {
          assertThat(failure.kind()).isIn((Object[]) kinds);
          assertThat(failure.getMessage()).doesNotContain("/");
        };
    assertThatThrownBy(call).isInstanceOfSatisfying(FileFailure.class, expected);
  }
}
