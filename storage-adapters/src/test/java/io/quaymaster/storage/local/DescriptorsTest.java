package io.quaymaster.storage.local;

import static io.quaymaster.storage.local.Keys.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.Listing;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Descriptors: none is left behind, and none is used after it was released. */
class DescriptorsTest {
  @TempDir Path root;

  @BeforeEach
  void onLinux() {
    assumeTrue(Abi.current().isPresent(), "descriptors are counted in Linux's /proc");
  }

  /** Descriptors of this process that lead below the root. */
  private List<String> open() throws IOException {
    List<String> found = new ArrayList<>();
    try (DirectoryStream<Path> all = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
      for (Path fd : all) {
        String target = target(fd);
        if (target.startsWith(root.toString())) {
          found.add(target);
        }
      }
    }
    return found;
  }

  private static String target(Path fd) throws IOException {
    try {
      return Files.readSymbolicLink(fd).toString();
    } catch (NoSuchFileException closedMeanwhile) {
      return "";
    }
  }

  @Test
  void nothingStaysOpen() throws Exception {
    assertThat(open()).isEmpty();
    LocalFileStore store = new LocalFileStore(root);
    assertThat(open()).hasSize(1);
    useEverything(store);
    assertThat(open()).hasSize(1);
    store.close();
    assertThat(open()).isEmpty();
    store.close();
    assertThat(open()).isEmpty();
  }

  private void useEverything(LocalFileStore store) throws Exception {
    String longName = "n".repeat(250);
    StoreKey deep = key("d");
    store.makeDirectory(deep, 0777);
    for (int i = 0; i < 20; i++) {
      deep = deep.child(new FileName(longName));
      store.makeDirectory(deep, 0777);
    }
    StoreKey file = StoreKey.ROOT;
    for (StoreKey directory : List.of(key("d"), deep)) {
      file = directory.child(FileName.ofUnicode("f"));
      StoreKey other = directory.child(FileName.ofUnicode("g"));
      OpenFile open = store.create(file, Access.READ_WRITE, 0666);
      open.write(0, ByteBuffer.wrap(new byte[10]));
      OpenFile copy = store.create(other, Access.READ_WRITE, 0666);
      open.copyTo(copy, 0, 0, 10);
      open.close();
      copy.close();
      store.attributes(file);
      store.setAttributes(file, new AttributeChange(0640, new AttributeChange.Times(1, 1)));
      store.rename(file, other, true);
      store.hardLink(other, file);
      store.remove(other);
      store.symbolicLink(other, "f");
      store.readLink(other);
      try (Listing listing = store.list(directory)) {
        assertThat(listing.next()).isNotNull();
      }
      refused(() -> store.open(other, Access.READ));
      refused(() -> store.open(directory, Access.READ));
      refused(() -> store.setAttributes(other, new AttributeChange(0640, null)));
      refused(() -> store.remove(directory));
      refused(() -> store.rename(other, directory, true));
    }
    store.measure(StoreKey.ROOT);
    store.space();
    StoreKey missing = file.child(FileName.ofUnicode("x"));
    refused(() -> store.create(missing, Access.WRITE, 0666));
    refused(() -> store.list(missing));
    refused(() -> store.measure(missing));
    store.remove(file);
    store.remove(file.parent().child(FileName.ofUnicode("g")));
    for (StoreKey at = deep; !at.equals(key("d")); at = at.parent()) {
      store.removeDirectory(at);
    }
  }

  private static void refused(ThrowingCallable call) {
    assertThat(catchThrowableOfType(FileFailure.class, call)).isNotNull();
  }

  @Test
  void aTreeOfTwoThousandLevelsIsMeasuredWithFewDescriptors() throws Exception {
    LocalFileStore store = new LocalFileStore(root);
    StoreKey at = StoreKey.ROOT;
    for (int i = 0; i < 2_000; i++) {
      // A second directory on some levels, so that the walk must come back to them.
      if (i % 100 == 0) {
        StoreKey side = at.child(FileName.ofUnicode("side"));
        store.makeDirectory(side, 0755);
        OpenFile file = store.create(side.child(FileName.ofUnicode("f")), Access.WRITE, 0600);
        file.write(0, ByteBuffer.wrap(new byte[3]));
        file.close();
      }
      at = at.child(FileName.ofUnicode("deep"));
      store.makeDirectory(at, 0755);
    }
    assertThat(store.measure(StoreKey.ROOT).files()).isEqualTo(20);
    assertThat(store.measure(StoreKey.ROOT).bytes()).isEqualTo(60);
    for (StoreKey up = at; !up.isRoot(); up = up.parent()) {
      store.removeDirectory(up);
      StoreKey side = up.parent().child(FileName.ofUnicode("side"));
      removeIfThere(store, side);
    }
    assertThat(open()).hasSize(1);
    store.close();
  }

  private static void removeIfThere(LocalFileStore store, StoreKey side) throws FileFailure {
    StoreKey file = side.child(FileName.ofUnicode("f"));
    if (store.measure(file).files() == 1) {
      store.remove(file);
      store.removeDirectory(side);
    }
  }

  @Test
  void aReaderNeverSeesTheFileThatGotTheNumberNext() throws Exception {
    int files = 64;
    try (LocalFileStore store = new LocalFileStore(root);
        ExecutorService threads = Executors.newFixedThreadPool(4)) {
      for (int i = 0; i < files; i++) {
        OpenFile file = store.create(key("f" + i), Access.WRITE, 0600);
        file.write(0, ByteBuffer.wrap(new byte[] {(byte) i}));
        file.close();
      }
      for (int round = 0; round < 2_000; round++) {
        byte mine = (byte) (round % files);
        OpenFile file = store.open(key("f" + mine), Access.READ);
        Future<Boolean> first = threads.submit(readUntilClosed(file, mine));
        Future<Boolean> second = threads.submit(readUntilClosed(file, mine));
        file.close();
        OpenFile next = store.open(key("f" + (round + 1) % files), Access.READ);
        assertThat(first.get()).isTrue();
        assertThat(second.get()).isTrue();
        next.close();
      }
    }
    assertThat(open()).isEmpty();
  }

  private static Callable<Boolean> readUntilClosed(OpenFile file, byte expected) {
    return () -> {
      ByteBuffer one = ByteBuffer.allocate(1);
      try {
        while (file.read(0, one.clear()) == 1) {
          if (one.get(0) != expected) {
            return false;
          }
        }
        return false;
      } catch (FileFailure closed) {
        return closed.kind() == Kind.INVALID_HANDLE;
      }
    };
  }
}
