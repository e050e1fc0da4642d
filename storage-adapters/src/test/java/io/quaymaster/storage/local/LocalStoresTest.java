package io.quaymaster.storage.local;

import static io.quaymaster.storage.local.Keys.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which store a folder becomes, and what only some folders do. */
class LocalStoresTest {
  @TempDir Path folder;

  private static Kind refused(ThrowingCallable call) {
    FileFailure failure = catchThrowableOfType(FileFailure.class, call);
    assertThat(failure).isNotNull();
    return failure.kind();
  }

  private static void onLinux() {
    assumeTrue(Abi.current().isPresent(), "this is about the kernel of Linux");
  }

  @Test
  void linuxGetsTheKernelsConfinement() throws Exception {
    onLinux();
    try (FileStore store = LocalStores.open(folder)) {
      assertThat(store).isInstanceOf(LocalFileStore.class);
    }
  }

  @Test
  void aRootMustBeAFolderThatExists() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "x");
    Path missing = folder.resolve("missing");
    assertThat(refused(() -> LocalStores.open(missing))).isEqualTo(Kind.NOT_FOUND);
    assertThat(refused(() -> LocalStores.open(file))).isEqualTo(Kind.NOT_A_DIRECTORY);
    assertThat(refused(() -> new PortableFileStore(missing))).isEqualTo(Kind.NOT_FOUND);
    assertThat(refused(() -> new PortableFileStore(file))).isEqualTo(Kind.NOT_A_DIRECTORY);
  }

  @Test
  void theWayToTheRootMayHaveLinks() throws Exception {
    Path real = Files.createDirectory(folder.resolve("real"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), real);
    try (FileStore store = LocalStores.open(link)) {
      store.makeDirectory(key("d"), 0755);
    }
    assertThat(real.resolve("d")).isDirectory();
  }

  @Test
  void whatTheKernelForbidsIsNotPermitted() throws Exception {
    onLinux();
    Path sys = Path.of("/sys");
    assumeTrue(Files.isDirectory(sys.resolve("kernel")), "there is no sysfs here");
    try (LocalFileStore store = new LocalFileStore(sys)) {
      assertThat(refused(() -> store.makeDirectory(key("quaymaster"), 0755)))
          .isEqualTo(Kind.NOT_PERMITTED);
    }
  }

  @Test
  void aRenameBetweenFileSystemsCrossesStores() throws Exception {
    onLinux();
    Path memory = Path.of("/dev/shm");
    assumeTrue(
        Files.isWritable(memory) && !Files.getFileStore(memory).equals(Files.getFileStore(folder)),
        "there is no second file system that can be written here");
    Path file = Files.createTempFile(memory, "quaymaster", null);
    StoreKey from = key(file.toString().substring(1));
    StoreKey to = key(folder.resolve("f").toString().substring(1));
    try (LocalFileStore store = new LocalFileStore(Path.of("/"))) {
      assertThat(refused(() -> store.rename(from, to, false))).isEqualTo(Kind.CROSSES_STORES);
      assertThat(refused(() -> store.rename(from, to, true))).isEqualTo(Kind.CROSSES_STORES);
      assertThat(refused(() -> store.hardLink(from, to))).isEqualTo(Kind.CROSSES_STORES);
      OpenFile source = store.open(from, Access.READ_WRITE);
      source.write(0, ByteBuffer.wrap(new byte[100_000]));
      OpenFile target = store.create(to, Access.READ_WRITE, 0600);
      assertThat(source.copyTo(target, 0, 0, 200_000)).isEqualTo(100_000);
      source.close();
      target.close();
    } finally {
      Files.delete(file);
    }
  }

  @Test
  void aFullDiskIsAFullStore() throws Exception {
    onLinux();
    assumeTrue(mounted(), "only a privileged user may mount a small disk");
    try (LocalFileStore store = new LocalFileStore(folder)) {
      OpenFile file = store.create(key("f"), Access.WRITE, 0600);
      ByteBuffer much = ByteBuffer.allocateDirect(1 << 20);
      assertThat(refused(() -> file.write(0, much))).isEqualTo(Kind.STORE_FULL);
      assertThat(much.position()).isEqualTo((int) file.attributes().sizeBytes()).isPositive();
      file.close();
    } finally {
      assertThat(run("umount", folder.toString())).isZero();
    }
  }

  private boolean mounted() throws Exception {
    return run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder.toString()) == 0;
  }

  private static int run(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command).redirectErrorStream(true).start().waitFor();
    } catch (IOException noSuchProgram) {
      return -1;
    }
  }

  @Test
  void whatTheKernelCannotCopyIsCopiedByBlocks() throws Exception {
    onLinux();
    byte[] data = new byte[3 * Scratch.BLOCK_BYTES + 5];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i % 251);
    }
    Path from = Files.write(folder.resolve("from"), data);
    Path to = Files.createFile(folder.resolve("to"));
    try (Scratch s = Scratch.lend()) {
      int source = open(s, from, 0);
      int target = open(s, to, Posix.O_WRONLY);
      assertThat(LocalOpenFile.copyByBlocks(s, source, 7, target, 0, Long.MAX_VALUE - 7))
          .isEqualTo(data.length - 7);
      Posix.close(s, source);
      Posix.close(s, target);
    }
    assertThat(ByteBuffer.wrap(Files.readAllBytes(to)))
        .isEqualTo(ByteBuffer.wrap(data, 7, data.length - 7));
  }

  private static int open(Scratch s, Path path, long flags) throws FileFailure {
    MemorySegment name = Scratch.put(s.path, path.toString());
    return Call.checkOpened(Posix.openat2(s, Posix.AT_FDCWD, name, flags, 0, 0));
  }
}
