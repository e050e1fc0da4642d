package io.quaymaster.files;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.quaymaster.files.FileFailure.Kind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Laws of the path types. */
class PathPropertyTest {
  private static final int SEEDS = 5_000;

  @Test
  void noStringLeadsOutsideOfTheRoot() {
    Seeds.forAll(
        SEEDS,
        random -> {
          VirtualPath path = VirtualPath.parse(Seeds.path(random), Seeds.realPath(random));
          RealPath real = path.lexical();
          assertThat(real.components()).doesNotContain("..", ".", "");
          assertThat(real.startsWith(RealPath.ROOT)).isTrue();
          StoreKey root = StoreKey.ofPlace("partners/alice");
          StoreKey key = new Home(RealPath.ROOT, 1, "main", root).keyOf(real);
          assertThat(key.startsWith(root)).isTrue();
          assertThat(List.of(key.byteText().split("/", -1))).doesNotContain("..", ".", "");
        });
  }

  @Test
  void lexicalIsWhatAStackOfNamesSays() {
    Seeds.forAll(
        SEEDS,
        random -> {
          String text = Seeds.path(random);
          RealPath base = Seeds.realPath(random);
          String whole = text.startsWith("/") ? text : base.byteText() + "/" + text;
          ArrayDeque<String> stack = new ArrayDeque<>();
          for (String part : whole.split("/", -1)) {
            if (part.equals("..")) {
              stack.pollLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
              stack.addLast(part);
            }
          }
          assertThat(VirtualPath.parse(text, base).lexical().components())
              .containsExactlyElementsOf(stack);
        });
  }

  @Test
  void parsingTwiceIsParsingOnce() {
    Seeds.forAll(
        SEEDS,
        random -> {
          VirtualPath once = VirtualPath.parse(Seeds.path(random), Seeds.realPath(random));
          String text = "/" + String.join("/", once.components());
          boolean directory = once.mustBeDirectory() || once.endsInDot();
          String again = directory && !text.endsWith("/") ? text + "/" : text;
          again = once.endsInDot() ? again + "." : again;
          assertThat(VirtualPath.parse(again, RealPath.ROOT)).isEqualTo(once);
          RealPath real = once.lexical();
          assertThat(VirtualPath.parse(real.byteText(), Seeds.realPath(random)).lexical())
              .isEqualTo(real);
        });
  }

  @Test
  void aRealPathIsItsParentAndItsName() {
    Seeds.forAll(
        SEEDS,
        random -> {
          RealPath parent = Seeds.realPath(random);
          FileName name = new FileName(Seeds.component(random));
          RealPath path = parent.child(name);
          assertThat(path.parent()).isEqualTo(parent);
          assertThat(path.name()).isEqualTo(name);
          assertThat(path.lineage()).startsWith(RealPath.ROOT).endsWith(parent, path);
          assertThat(path.lineage()).allMatch(path::startsWith);
          assertThat(RealPath.of(path.components())).isEqualTo(path);
          assertThat(ByteText.of(path.bytes())).isEqualTo(path.byteText());
        });
  }

  @Test
  void startsWithIsByComponents() {
    Seeds.forAll(
        SEEDS,
        random -> {
          RealPath path = Seeds.realPath(random);
          RealPath other = Seeds.realPath(random);
          int depth = other.components().size();
          boolean expected =
              path.components().size() >= depth
                  && path.components().subList(0, depth).equals(other.components());
          assertThat(path.startsWith(other)).isEqualTo(expected);
          StoreKey key = StoreKey.of(path.below(RealPath.ROOT));
          StoreKey otherKey = StoreKey.of(other.below(RealPath.ROOT));
          assertThat(key.startsWith(otherKey)).isEqualTo(expected);
        });
  }

  @Test
  void mountsKeepWhatIsBelowThem() {
    Seeds.forAll(
        SEEDS,
        random -> {
          RealPath at = Seeds.realPath(random);
          FileName name = new FileName(Seeds.component(random));
          Home mount = new Home(at, 1, "lake", StoreKey.ROOT);
          assertThat(mount.keyOf(at)).isEqualTo(StoreKey.ROOT);
          assertThat(mount.keyOf(at.child(name))).isEqualTo(StoreKey.ROOT.child(name));
          RealPath path = Seeds.realPath(random);
          if (!path.startsWith(at)) {
            assertThatThrownBy(() -> mount.keyOf(path))
                .isInstanceOf(IllegalArgumentException.class);
          }
        });
  }

  @Test
  void storeKeysAreTheirParentAndTheirName() {
    Seeds.forAll(
        SEEDS,
        random -> {
          StoreKey parent = StoreKey.of(Seeds.realPath(random).below(RealPath.ROOT));
          FileName name = new FileName(Seeds.component(random));
          StoreKey key = parent.child(name);
          assertThat(key.parent()).isEqualTo(parent);
          assertThat(key.name()).isEqualTo(name.byteText());
          assertThat(key.startsWith(parent)).isTrue();
          assertThat(parent.startsWith(key)).isFalse();
        });
  }

  @Test
  void byteTextKeepsEveryByte() {
    Seeds.forAll(
        SEEDS,
        random -> {
          byte[] bytes = new byte[random.nextInt(300)];
          random.nextBytes(bytes);
          assertThat(ByteText.bytes(ByteText.of(bytes))).isEqualTo(bytes);
          String shown = ByteText.shown(ByteText.of(bytes));
          assertThat(shown.chars()).noneMatch(Character::isISOControl);
        });
  }

  @Test
  void textThatPeopleWriteIsShownAsItIs() {
    for (String text : List.of("", "plain", "M\u00fcller \u20ac", "\u65e5\u672c", "\ud83d\ude80")) {
      assertThat(ByteText.shown(ByteText.ofUnicode(text))).isEqualTo(text);
      assertThat(ByteText.bytes(ByteText.ofUnicode(text)))
          .isEqualTo(text.getBytes(StandardCharsets.UTF_8));
    }
    assertThat(ByteText.shown("a\nb\u00ff")).isEqualTo("a\\x0ab\\xff");
    assertThat(ByteText.shown(ByteText.ofUnicode("a\u202eb"))).isEqualTo("a\\u202eb");
  }

  private static Kind refused(String path) {
    FileFailure failure =
        catchThrowableOfType(FileFailure.class, () -> VirtualPath.parse(path, RealPath.ROOT));
    assertThat(failure).isNotNull();
    return failure.kind();
  }

  @Test
  void limitsAreWhereTheyAreSaidToBe() throws Exception {
    String longest = "x".repeat(255);
    assertThat(VirtualPath.parse(longest, RealPath.ROOT).components()).containsExactly(longest);
    assertThat(refused(longest + "x")).isEqualTo(Kind.NAME_TOO_LONG);
    assertThat(refused("a/" + longest + "x/b")).isEqualTo(Kind.NAME_TOO_LONG);
    String path = "/x".repeat(2047) + "/";
    assertThat(path).hasSize(VirtualPath.MAX_BYTES);
    assertThat(VirtualPath.parse(path, RealPath.ROOT).components()).hasSize(2047);
    assertThat(refused(path + "x")).isEqualTo(Kind.NAME_TOO_LONG);
    assertThat(refused("a\0b")).isEqualTo(Kind.INVALID_PATH);
    assertThatThrownBy(() -> RealPath.ofUnicode("/x".repeat(2048)))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void whatIsNoNameIsNoFileName() {
    for (String bad : List.of("", ".", "..", "a/b", "/", "a\0", "x".repeat(256))) {
      assertThatThrownBy(() -> new FileName(bad)).isInstanceOf(IllegalArgumentException.class);
    }
    for (String bad : List.of("..", "a/../b", "a/./b", "a\0")) {
      assertThatThrownBy(() -> StoreKey.ofPlace(bad)).isInstanceOf(IllegalArgumentException.class);
      assertThatThrownBy(() -> RealPath.ofUnicode(bad))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aTrailingSlashWantsADirectory() throws Exception {
    Random random = new Random(1);
    for (String text : List.of("a/", "a/.", "/a//", "a/b/..", "a/./")) {
      assertThat(VirtualPath.parse(text, Seeds.realPath(random)).mustBeDirectory()).isTrue();
    }
    for (String text : List.of("a", "/a/b", "./a", "/", "")) {
      assertThat(VirtualPath.parse(text, RealPath.ROOT).mustBeDirectory()).isFalse();
    }
  }
}
