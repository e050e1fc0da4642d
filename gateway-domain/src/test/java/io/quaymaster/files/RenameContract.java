package io.quaymaster.files;

import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.files.FileStoreFixture.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure.Kind;
import org.junit.jupiter.api.Test;

/** Every meeting of an old name and a new one. Part of {@link FileStoreContract}. */
public interface RenameContract extends FileStoreFixture {
  private void rename(String from, String to) throws FileFailure {
    store().rename(key(from), key(to), false);
  }

  private void replace(String from, String to) throws FileFailure {
    store().rename(key(from), key(to), true);
  }

  @Test
  default void aFreeNameIsTaken() throws Exception {
    put("f", "f");
    makeDirectory("d");
    put("d/in", "in");
    rename("f", "d/f");
    rename("d", "e");
    replace("e/f", "g");
    assertThat(exists("f")).isFalse();
    assertThat(exists("d")).isFalse();
    assertThat(get("g")).isEqualTo("f");
    assertThat(get("e/in")).isEqualTo("in");
  }

  @Test
  default void aTakenNameStaysUnlessItMayBeReplaced() throws Exception {
    put("f", "f");
    put("g", "g");
    makeDirectory("d");
    makeDirectory("e");
    fails(() -> rename("f", "g"), Kind.EXISTS);
    fails(() -> rename("f", "d"), Kind.EXISTS);
    fails(() -> rename("d", "e"), Kind.EXISTS);
    fails(() -> rename("d", "f"), Kind.EXISTS);
    fails(() -> rename("f", "f"), Kind.EXISTS);
    assertThat(get("f")).isEqualTo("f");
    assertThat(get("g")).isEqualTo("g");
    assertThat(names("")).containsExactly("d", "e", "f", "g");
  }

  @Test
  default void aFileReplacesAFile() throws Exception {
    put("f", "new");
    put("g", "old");
    replace("f", "g");
    assertThat(get("g")).isEqualTo("new");
    assertThat(names("")).containsExactly("g");
  }

  @Test
  default void aFileDoesNotReplaceADirectory() throws Exception {
    put("f", "f");
    makeDirectory("d");
    fails(() -> replace("f", "d"), Kind.IS_A_DIRECTORY);
    assertThat(names("")).containsExactly("d", "f");
  }

  @Test
  default void aDirectoryReplacesOnlyAnEmptyDirectory() throws Exception {
    makeDirectory("d");
    put("d/in", "in");
    makeDirectory("empty");
    makeDirectory("full");
    put("full/x", "x");
    put("f", "f");
    fails(() -> replace("d", "full"), Kind.DIRECTORY_NOT_EMPTY);
    fails(() -> replace("d", "f"), Kind.NOT_A_DIRECTORY);
    replace("d", "empty");
    assertThat(get("empty/in")).isEqualTo("in");
    assertThat(exists("d")).isFalse();
  }

  @Test
  default void aDirectoryDoesNotGoIntoItself() throws Exception {
    makeDirectory("d");
    makeDirectory("d/e");
    fails(() -> rename("d", "d/x"), Kind.INVALID_ARGUMENT);
    fails(() -> replace("d", "d/e/x"), Kind.INVALID_ARGUMENT);
    fails(() -> replace("d/e", "d"), Kind.DIRECTORY_NOT_EMPTY);
    assertThat(names("d")).containsExactly("e");
    rename("d", "dd");
    assertThat(names("dd")).containsExactly("e");
  }

  @Test
  default void ontoItselfNothingHappens() throws Exception {
    put("f", "f");
    makeDirectory("d");
    replace("f", "f");
    replace("d", "d");
    assertThat(get("f")).isEqualTo("f");
    assertThat(names("")).containsExactly("d", "f");
  }

  @Test
  default void twoNamesOfOneFileAreBothKept() throws Exception {
    put("f", "f");
    if (!store().capabilities().hardLinks()) {
      fails(() -> store().hardLink(key("f"), key("g")), Kind.UNSUPPORTED);
      return;
    }
    store().hardLink(key("f"), key("g"));
    replace("f", "g");
    assertThat(names("")).containsExactly("f", "g");
    fails(() -> rename("f", "g"), Kind.EXISTS);
    assertThat(names("")).containsExactly("f", "g");
  }

  @Test
  default void aLinkIsRenamedItself() throws Exception {
    if (!store().capabilities().symbolicLinks()) {
      fails(() -> store().symbolicLink(key("l"), "f"), Kind.UNSUPPORTED);
      return;
    }
    put("f", "f");
    put("g", "g");
    makeDirectory("d");
    store().symbolicLink(key("l"), "f");
    store().symbolicLink(key("into"), "d");
    rename("l", "m");
    assertThat(store().readLink(key("m"))).isEqualTo("f");
    replace("g", "into");
    assertThat(get("into")).isEqualTo("g");
    replace("m", "into");
    assertThat(store().readLink(key("into"))).isEqualTo("f");
    fails(() -> replace("d", "into"), Kind.NOT_A_DIRECTORY);
    fails(() -> replace("into", "d"), Kind.IS_A_DIRECTORY);
    assertThat(get("f")).isEqualTo("f");
    assertThat(names("")).containsExactly("d", "f", "into");
  }
}
