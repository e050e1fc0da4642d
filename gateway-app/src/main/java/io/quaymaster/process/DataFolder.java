package io.quaymaster.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * The folder that a gateway keeps its own things in, and has for itself while it runs: a lock on
 * {@code quaymaster.lock} in it, which the kernel drops with the process.
 */
public final class DataFolder implements AutoCloseable {
  private final Path path;
  private final FileChannel lockFile;

  private DataFolder(Path path, FileChannel lockFile) {
    this.path = path;
    this.lockFile = lockFile;
  }

  /**
   * Makes the folder if need be, and locks it.
   *
   * @throws StartupFailure it is no folder, cannot be written, or another gateway has it
   */
  public static DataFolder open(Path path) {
    if (Files.exists(path) && !Files.isDirectory(path)) {
      throw new StartupFailure(
          "The data folder %s is not a folder. Point QUAYMASTER_DATA_DIR to one.".formatted(path));
    }
    try {
      PrivateFiles.makeFolder(path);
      return lock(path.toRealPath());
    } catch (IOException failure) {
      throw new StartupFailure(
          "The data folder %s cannot be written: %s. Point QUAYMASTER_DATA_DIR to a folder that this user may write."
              .formatted(path, reason(failure)),
          failure);
    }
  }

  public Path path() {
    return path;
  }

  @Override
  public void close() {
    try {
      lockFile.close();
    } catch (IOException failure) {
      throw new IllegalStateException("could not release " + path, failure);
    }
  }

  /** What an exception about a file says, without the name of the file or of the exception. */
  static String reason(IOException failure) {
    return switch (failure) {
      case AccessDeniedException _ -> "permission denied";
      case NoSuchFileException _ -> "no such file or folder";
      case FileSystemException f when f.getReason() != null -> f.getReason();
      case FileAlreadyExistsException f -> f.getFile() + " is in the way";
      default -> String.valueOf(failure.getMessage());
    };
  }

  private static DataFolder lock(Path path) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path.resolve("quaymaster.lock"),
            StandardOpenOption.CREATE,
            StandardOpenOption.READ,
            StandardOpenOption.WRITE);
    try {
      if (tryLock(channel) == null) {
        throw new StartupFailure(
            "The data folder %s is used by another gateway%s. Stop that one, or give this one a folder of its own by QUAYMASTER_DATA_DIR."
                .formatted(path, owner(channel)));
      }
      byte[] pid = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
      channel.truncate(0).write(ByteBuffer.wrap(pid), 0);
      return new DataFolder(path, channel);
    } catch (IOException | RuntimeException failure) {
      channel.close();
      throw failure;
    }
  }

  private static @Nullable FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException heldByThisProcess) {
      return null;
    }
  }

  private static String owner(FileChannel channel) throws IOException {
    ByteBuffer pid = ByteBuffer.allocate(20);
    channel.read(pid, 0);
    String text = new String(pid.array(), 0, pid.position(), StandardCharsets.US_ASCII);
    return text.matches("\\d+") ? " (process " + text + ")" : "";
  }
}
