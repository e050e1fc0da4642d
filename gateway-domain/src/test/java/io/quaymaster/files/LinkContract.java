package io.quaymaster.files;

import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.files.FileStoreFixture.key;
import static io.quaymaster.files.NameContract.times;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.FileStore.Measure;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Links: kept as they are, and never gone through. Part of {@link FileStoreContract}. */
public interface LinkContract extends FileStoreFixture {
  /** Whether there are links; where not, making one must say so. */
  private boolean hasLinks() {
    boolean has = store().capabilities().symbolicLinks();
    if (!has) {
      fails(() -> store().symbolicLink(key("l"), "x"), Kind.UNSUPPORTED);
    }
    return has;
  }

  private boolean hasHardLinks() throws FileFailure {
    boolean has = store().capabilities().hardLinks();
    if (!has) {
      put("some", "");
      fails(() -> store().hardLink(key("some"), key("other")), Kind.UNSUPPORTED);
    }
    return has;
  }

  @Test
  default void aLinkKeepsItsTargetAsItIs() throws Exception {
    if (!hasLinks()) {
      return;
    }
    List<String> targets =
        List.of("x", "/etc/passwd", "../../..", "\u00ff\u0001\n", "t".repeat(4095));
    for (int i = 0; i < targets.size(); i++) {
      store().symbolicLink(key("l" + i), targets.get(i));
      assertThat(store().readLink(key("l" + i))).isEqualTo(targets.get(i));
      FileAttributes attributes = store().attributes(key("l" + i));
      assertThat(attributes.isLink()).isTrue();
      assertThat(attributes.sizeBytes()).isEqualTo(targets.get(i).length());
    }
    if (keepsTargetsWithEmptyComponents()) {
      store().symbolicLink(key("odd"), "//a//b/./..//");
      assertThat(store().readLink(key("odd"))).isEqualTo("//a//b/./..//");
    } else {
      fails(() -> store().symbolicLink(key("odd"), "//a//b/./..//"), Kind.UNSUPPORTED);
    }
    fails(() -> store().symbolicLink(key("l0"), "y"), Kind.EXISTS);
    fails(() -> store().symbolicLink(StoreKey.ROOT, "y"), Kind.EXISTS);
    fails(() -> store().symbolicLink(key("none/l"), "y"), Kind.NOT_FOUND);
    fails(() -> store().symbolicLink(key("bad"), ""), Kind.INVALID_ARGUMENT);
    fails(() -> store().symbolicLink(key("bad"), "a\0b"), Kind.INVALID_ARGUMENT);
    fails(() -> store().symbolicLink(key("bad"), "t".repeat(4096)), Kind.NAME_TOO_LONG);
    assertThat(exists("bad")).isFalse();
  }

  @Test
  default void noLinkIsFollowedAtTheEnd() throws Exception {
    if (!hasLinks()) {
      return;
    }
    put("file", "secret");
    makeDirectory("dir");
    store().symbolicLink(key("toFile"), "file");
    store().symbolicLink(key("toDir"), "dir");
    store().symbolicLink(key("toNothing"), "nothing");
    store().symbolicLink(key("toItself"), "toItself");
    for (String link : List.of("toFile", "toDir", "toNothing", "toItself")) {
      StoreKey key = key(link);
      for (Access access : Access.values()) {
        fails(() -> store().open(key, access), Kind.LINK_ON_PATH);
      }
      fails(() -> store().list(key), Kind.LINK_ON_PATH);
      fails(() -> store().create(key, Access.WRITE, 0644), Kind.EXISTS);
      fails(() -> store().makeDirectory(key, 0755), Kind.EXISTS);
      fails(() -> store().removeDirectory(key), Kind.NOT_A_DIRECTORY);
      fails(() -> store().setAttributes(key, new AttributeChange(0777, null)), Kind.UNSUPPORTED);
      assertThat(store().attributes(key).isLink()).isTrue();
      assertThat(store().measure(key)).isEqualTo(new Measure(0, 1, false));
    }
    assertThat(exists("nothing")).isFalse();
    for (String link : List.of("toFile", "toDir", "toNothing", "toItself")) {
      assertThat(store().remove(key(link)).isLink()).isTrue();
    }
    assertThat(names("")).containsExactly("dir", "file");
  }

  @Test
  default void noLinkIsFollowedInTheMiddle() throws Exception {
    if (!hasLinks()) {
      return;
    }
    makeDirectory("dir");
    makeDirectory("dir/sub");
    put("dir/f", "secret");
    put("g", "g");
    store().symbolicLink(key("link"), "dir");
    for (String below : List.of("link/f", "link/none", "link/sub", "link/sub/x")) {
      StoreKey key = key(below);
      fails(() -> store().open(key, Access.READ), Kind.LINK_ON_PATH);
      fails(() -> store().create(key, Access.WRITE, 0644), Kind.LINK_ON_PATH);
      fails(() -> store().attributes(key), Kind.LINK_ON_PATH);
      fails(() -> store().setAttributes(key, new AttributeChange(0777, null)), Kind.LINK_ON_PATH);
      fails(() -> store().list(key), Kind.LINK_ON_PATH);
      fails(() -> store().makeDirectory(key, 0755), Kind.LINK_ON_PATH);
      fails(() -> store().removeDirectory(key), Kind.LINK_ON_PATH);
      fails(() -> store().remove(key), Kind.LINK_ON_PATH);
      fails(() -> store().rename(key, key("x"), false), Kind.LINK_ON_PATH);
      fails(() -> store().rename(key("g"), key, true), Kind.LINK_ON_PATH);
      fails(() -> store().symbolicLink(key, "x"), Kind.LINK_ON_PATH);
      fails(() -> store().readLink(key), Kind.LINK_ON_PATH);
      fails(() -> store().measure(key), Kind.LINK_ON_PATH);
      fails(() -> store().hardLink(key("g"), key), Kind.LINK_ON_PATH, Kind.UNSUPPORTED);
      fails(() -> store().hardLink(key, key("h")), Kind.LINK_ON_PATH, Kind.UNSUPPORTED);
    }
    assertThat(get("dir/f")).isEqualTo("secret");
    assertThat(names("dir")).containsExactly("f", "sub");
  }

  @Test
  default void timesOfALinkAreItsOwn() throws Exception {
    if (!hasLinks()) {
      return;
    }
    put("f", "f");
    store().setAttributes(key("f"), new AttributeChange(null, times(1, 2)));
    store().symbolicLink(key("l"), "f");
    AttributeChange change = new AttributeChange(null, times(3, 4));
    if (setsTimesOfLinks()) {
      store().setAttributes(key("l"), change);
      assertThat(store().attributes(key("l")).modifiedSeconds()).isEqualTo(4);
    } else {
      fails(() -> store().setAttributes(key("l"), change), Kind.UNSUPPORTED);
    }
    assertThat(store().attributes(key("f")).modifiedSeconds()).isEqualTo(2);
  }

  @Test
  default void aListingShowsLinksAsLinks() throws Exception {
    if (!hasLinks()) {
      return;
    }
    makeDirectory("d");
    put("d/f", "12345");
    store().symbolicLink(key("d/l"), "f");
    store().symbolicLink(key("d/up"), "..");
    assertThat(entries("d").stream().filter(e -> e.attributes().isLink())).hasSize(2);
    assertThat(store().measure(key("d"))).isEqualTo(new Measure(5, 3, false));
  }

  @Test
  default void aHardLinkIsASecondName() throws Exception {
    if (!hasHardLinks()) {
      return;
    }
    makeDirectory("d");
    put("f", "12345");
    store().hardLink(key("f"), key("d/g"));
    FileAttributes f = store().attributes(key("f"));
    assertThat(store().attributes(key("d/g"))).isEqualTo(f);
    assertThat(f.links()).isEqualTo(2);
    assertThat(store().remove(key("f")).links()).isEqualTo(1);
    assertThat(get("d/g")).isEqualTo("12345");
    assertThat(store().remove(key("d/g")).links()).isZero();
  }

  @Test
  default void hardLinksAreRefusedWhereTheyCannotBe() throws Exception {
    if (!hasHardLinks()) {
      return;
    }
    put("f", "f");
    put("g", "g");
    makeDirectory("d");
    fails(() -> store().hardLink(key("f"), key("g")), Kind.EXISTS);
    fails(() -> store().hardLink(key("f"), key("f")), Kind.EXISTS);
    fails(() -> store().hardLink(key("f"), StoreKey.ROOT), Kind.EXISTS);
    fails(() -> store().hardLink(key("d"), key("e")), Kind.NOT_PERMITTED);
    fails(() -> store().hardLink(StoreKey.ROOT, key("e")), Kind.NOT_PERMITTED);
    fails(() -> store().hardLink(key("none"), key("e")), Kind.NOT_FOUND);
    fails(() -> store().hardLink(key("f"), key("none/e")), Kind.NOT_FOUND);
    fails(() -> store().hardLink(key("f"), key("g/e")), Kind.NOT_A_DIRECTORY);
    assertThat(names("")).containsExactly("d", "f", "g");
  }

  @Test
  default void aHardLinkToALinkIsALink() throws Exception {
    if (!hasLinks() || !hasHardLinks()) {
      return;
    }
    put("f", "f");
    store().symbolicLink(key("l"), "f");
    store().hardLink(key("l"), key("m"));
    assertThat(store().readLink(key("m"))).isEqualTo("f");
    assertThat(store().attributes(key("f")).links()).isEqualTo(1);
  }

  @Test
  default void aFileWithTwoNamesIsMeasuredOnce() throws Exception {
    if (!hasHardLinks()) {
      return;
    }
    makeDirectory("d");
    makeDirectory("d/e");
    put("d/f", "12345");
    put("d/single", "1");
    store().hardLink(key("d/f"), key("d/e/g"));
    assertThat(store().measure(key("d"))).isEqualTo(new Measure(6, 3, false));
    assertThat(store().measure(key("d/e"))).isEqualTo(new Measure(5, 1, true));
    assertThat(store().measure(key("d/f"))).isEqualTo(new Measure(5, 1, true));
    store().hardLink(key("d/f"), key("outside"));
    assertThat(store().measure(key("d"))).isEqualTo(new Measure(6, 3, true));
    assertThat(store().measure(StoreKey.ROOT)).isEqualTo(new Measure(6, 4, false));
  }
}
