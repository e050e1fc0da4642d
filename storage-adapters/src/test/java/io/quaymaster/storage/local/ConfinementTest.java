package io.quaymaster.storage.local;

import static io.quaymaster.storage.local.Keys.key;
import static io.quaymaster.storage.local.Keys.text;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.StoreKey;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every way out that was ever feared: links planted behind the store's back, and links that appear
 * while a call is on its way. Whatever is outside must stay unread and untouched.
 */
class ConfinementTest {
  private static final int RENAME_EXCHANGE = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** How often each outcome must have been seen before a race counts as run. */
  private static final int OFTEN = 300;

  @TempDir Path folder;
  private Path inside = Path.of("");
  private Path outside = Path.of("");
  private Map<String, String> before = Map.of();
  private @Nullable LocalFileStore opened;

  @BeforeEach
  void plant() throws Exception {
    assumeTrue(Abi.current().isPresent(), "the kernel's confinement is Linux's");
    inside = Files.createDirectory(folder.resolve("inside"));
    outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "outside");
    Files.createDirectory(outside.resolve("sub"));
    Files.createSymbolicLink(outside.resolve("link"), Path.of("target"));
    before = snapshot();
    opened = new LocalFileStore(inside);
  }

  @AfterEach
  void nothingOutsideChanged() throws Exception {
    if (opened != null) {
      opened.close();
      assertThat(snapshot()).isEqualTo(before);
    }
  }

  private LocalFileStore store() {
    return Objects.requireNonNull(opened);
  }

  private Map<String, String> snapshot() throws IOException {
    Map<String, String> all = new TreeMap<>();
    try (Stream<Path> files = Files.walk(outside)) {
      for (Path file : files.toList()) {
        String attributes = "unix:mode,nlink,lastModifiedTime,ctime,ino";
        Map<String, Object> found =
            Files.readAttributes(file, attributes, LinkOption.NOFOLLOW_LINKS);
        all.put(file.toString(), new TreeMap<>(found).toString());
      }
    }
    assertThat(Files.readString(outside.resolve("secret"))).isEqualTo("outside");
    return all;
  }

  private static Kind refused(ThrowingCallable call) {
    FileFailure failure = catchThrowableOfType(FileFailure.class, call);
    assertThat(failure).isNotNull();
    assertThat(failure.getMessage()).doesNotContain("inside").doesNotContain("outside");
    return failure.kind();
  }

  @Test
  void plantedLinksLeadNowhere() throws Exception {
    Map<String, Path> links =
        Map.of(
            "absolute", outside,
            "relative", Path.of("../outside"),
            "upAndDown", Path.of("./../inside/../outside"),
            "etc", Path.of("/etc"),
            "root", Path.of("/"),
            "magicRoot", Path.of("/proc/self/root"),
            "magicFd", Path.of("/proc/self/fd"),
            "magicCwd", Path.of("/proc/self/cwd"));
    for (Map.Entry<String, Path> link : links.entrySet()) {
      Files.createSymbolicLink(inside.resolve(link.getKey()), link.getValue());
    }
    Files.createDirectory(inside.resolve("d"));
    Files.writeString(inside.resolve("mine"), "inside");
    for (String link : links.keySet()) {
      for (String below : List.of("secret", "passwd", "sub", "link", "sub/new", "etc/passwd")) {
        attack(key(link + "/" + below));
      }
      assertThat(refused(() -> store().list(key(link)))).isEqualTo(Kind.LINK_ON_PATH);
      assertThat(refused(() -> store().open(key(link), Access.READ_WRITE)))
          .isEqualTo(Kind.LINK_ON_PATH);
      assertThat(store().measure(key(link)).files()).isEqualTo(1);
    }
    assertThat(store().measure(StoreKey.ROOT).bytes()).isEqualTo(6);
    assertThat(text(store(), "mine")).isEqualTo("inside");
  }

  private void attack(StoreKey key) {
    AttributeChange change = new AttributeChange(0777, new AttributeChange.Times(1, 1));
    Set<Kind> kinds = EnumSet.noneOf(Kind.class);
    kinds.add(refused(() -> store().open(key, Access.READ)));
    kinds.add(refused(() -> store().open(key, Access.WRITE)));
    kinds.add(refused(() -> store().create(key, Access.WRITE, 0666)));
    kinds.add(refused(() -> store().attributes(key)));
    kinds.add(refused(() -> store().setAttributes(key, change)));
    kinds.add(refused(() -> store().list(key)));
    kinds.add(refused(() -> store().makeDirectory(key, 0777)));
    kinds.add(refused(() -> store().removeDirectory(key)));
    kinds.add(refused(() -> store().remove(key)));
    kinds.add(refused(() -> store().rename(key, key("stolen"), true)));
    kinds.add(refused(() -> store().rename(key("mine"), key, true)));
    kinds.add(refused(() -> store().hardLink(key, key("stolen"))));
    kinds.add(refused(() -> store().hardLink(key("mine"), key)));
    kinds.add(refused(() -> store().symbolicLink(key, "x")));
    kinds.add(refused(() -> store().readLink(key)));
    kinds.add(refused(() -> store().measure(key)));
    assertThat(kinds).containsExactly(Kind.LINK_ON_PATH);
  }

  /** One call that either acts inside or is refused. */
  private interface Try {
    void run(int round) throws FileFailure;
  }

  @Test
  void aDirectorySwappedForALinkIsNeverGoneThrough() throws Exception {
    Files.createDirectories(inside.resolve("d/sub"));
    Files.writeString(inside.resolve("d/secret"), "inside");
    Files.createSymbolicLink(inside.resolve("d/link"), Path.of("target"));
    Files.createSymbolicLink(inside.resolve("swap"), outside);
    Files.writeString(inside.resolve("mine"), "inside");
    AttributeChange change = new AttributeChange(0640, new AttributeChange.Times(1, 1));
    List<Try> tries =
        List.of(
            _ -> assertThat(text(store(), "d/secret")).isEqualTo("inside"),
            i -> store().create(key("d/new" + i), Access.WRITE, 0666).close(),
            i -> store().remove(key("d/new" + (i - 1))),
            i -> store().makeDirectory(key("d/dir" + i), 0777),
            i -> store().removeDirectory(key("d/dir" + (i - 1))),
            _ -> store().setAttributes(key("d/secret"), change),
            _ -> store().setAttributes(key("d"), new AttributeChange(0750, null)),
            _ -> store().rename(key("d/sub"), key("d/sub"), true),
            i -> store().hardLink(key("mine"), key("d/hard" + i)),
            i -> store().rename(key("d/hard" + (i - 1)), key("mine"), true),
            i -> store().symbolicLink(key("d/l" + i), "x"),
            i -> store().remove(key("d/l" + (i - 1))),
            _ -> store().list(key("d")).close(),
            _ -> store().attributes(key("d/secret")),
            _ -> assertThat(store().measure(key("d")).linkedElsewhere()).isIn(true, false));
    race("d", "swap", tries);
  }

  @Test
  void aFileSwappedForALinkIsNeverGoneThrough() throws Exception {
    Files.writeString(inside.resolve("f"), "inside");
    Files.createSymbolicLink(inside.resolve("swap"), outside.resolve("secret"));
    List<Try> tries =
        List.of(
            _ -> assertThat(text(store(), "f")).isEqualTo("inside"),
            _ -> store().setAttributes(key("f"), new AttributeChange(0666, null)),
            _ -> store().open(key("f"), Access.WRITE).close());
    race("f", "swap", tries);
  }

  /** One thread swaps two names without a pause while another tries everything in turn. */
  private void race(String name, String swap, List<Try> tries) throws Exception {
    AtomicBoolean done = new AtomicBoolean();
    Thread swapper = Thread.ofPlatform().start(() -> swapUntil(done, name, swap));
    int acted = 0;
    int refused = 0;
    long end = System.nanoTime() + PATIENCE.toNanos();
    try {
      for (int i = 0; Math.min(acted, refused) < OFTEN * tries.size(); i++) {
        assertThat(System.nanoTime()).as("time left for the race").isLessThan(end);
        try {
          tries.get(i % tries.size()).run(i);
          acted++;
        } catch (FileFailure failure) {
          assertThat(failure.kind())
              .isIn(Kind.LINK_ON_PATH, Kind.NOT_FOUND, Kind.UNSUPPORTED, Kind.EXISTS);
          refused++;
        }
      }
    } finally {
      done.set(true);
      swapper.join();
    }
  }

  private void swapUntil(AtomicBoolean done, String name, String swap) {
    try (Scratch s = Scratch.lend()) {
      var path = Scratch.put(s.path, inside.toString());
      int fd = Posix.openat2(s, Posix.AT_FDCWD, path, Posix.O_PATH | Posix.O_DIRECTORY, 0, 0);
      while (!done.get()) {
        long result =
            Posix.renameat2(
                s,
                fd,
                Scratch.put(s.name, name),
                fd,
                Scratch.put(s.otherName, swap),
                RENAME_EXCHANGE);
        assertThat(result).isZero();
      }
      Posix.close(s, fd);
    }
  }
}
