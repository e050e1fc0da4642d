package io.quaymaster.audit;

import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A queue of lines on local disk, between what happened and the database. A line that {@link
 * #append} took survives the death of the process (not of the machine: nothing is forced to the
 * medium), and waits through any outage of the database in no memory at all.
 *
 * <p>Threads: any may append; one drains.
 */
public final class Journal {
  /** A file longer than this is closed, so that who drains it needs little memory. */
  public static final long MAX_FILE_BYTES = 1 << 20;

  private static final String SUFFIX = ".jsonl";

  private final Path folder;
  private final long limitBytes;
  private final ReentrantLock lock = new ReentrantLock();

  /** Not a channel: an interrupt of the thread that appends would close it and cut the line. */
  private @Nullable OutputStream current;

  private long number;
  private long currentBytes;
  private long waitingBytes;

  /**
   * @param folder of this process alone; lines that an earlier process left there are drained first
   * @param limitBytes how much may wait
   */
  public Journal(Path folder, long limitBytes) throws IOException {
    this.folder = Files.createDirectories(folder);
    this.limitBytes = limitBytes;
    for (Path left : closedFiles()) {
      waitingBytes += Files.size(left);
      number = Math.max(number, numberOf(left) + 1);
    }
  }

  /**
   * Appends one line.
   *
   * @throws UncheckedIOException if the disk refuses it or more than the limit waits
   */
  public void append(String line) {
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
    lock.lock();
    try {
      if (waitingBytes + bytes.length > limitBytes) {
        throw new IOException(
            "the journal is full: %d bytes wait for the database".formatted(waitingBytes));
      }
      write(bytes);
    } catch (IOException refused) {
      throw new UncheckedIOException(refused);
    } finally {
      lock.unlock();
    }
  }

  private void write(byte[] line) throws IOException {
    OutputStream stream = current;
    if (stream == null) {
      stream = new FileOutputStream(file(number).toFile());
      current = stream;
    }
    try {
      stream.write(line);
    } catch (IOException cutShort) {
      // What follows must not continue the half line that may stand at the end now.
      waitingBytes += Files.size(file(number)) - currentBytes;
      startNext();
      throw cutShort;
    }
    waitingBytes += line.length;
    currentBytes += line.length;
    if (currentBytes >= MAX_FILE_BYTES) {
      startNext();
    }
  }

  private void startNext() throws IOException {
    if (current != null) {
      OutputStream last = current;
      current = null;
      currentBytes = 0;
      number++;
      last.close();
    }
  }

  /** The number of the file that the last line went to, or that the next goes to. */
  public long lastFile() {
    lock.lock();
    try {
      return number;
    } finally {
      lock.unlock();
    }
  }

  /** Files that nobody appends to any more, oldest first, up to one. */
  public List<Path> closedUpTo(long lastFile) throws IOException {
    lock.lock();
    try {
      if (number <= lastFile) {
        startNext();
      }
      return waitingBytes == 0
          ? List.of()
          : closedFiles().stream().filter(f -> numberOf(f) <= lastFile).toList();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Whole lines of a closed file. A last line that a crash cut short is left out: nobody was told
   * of it.
   */
  public static List<String> lines(Path closed) throws IOException {
    byte[] bytes = Files.readAllBytes(closed);
    List<String> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] == '\n') {
        lines.add(new String(bytes, start, i - start, StandardCharsets.UTF_8));
        start = i + 1;
      }
    }
    return lines;
  }

  /** Where the lines wait. */
  public Path folder() {
    return folder;
  }

  /** The database has these lines. */
  public void forget(List<Path> closed) throws IOException {
    lock.lock();
    try {
      for (Path file : closed) {
        waitingBytes -= Files.size(file);
        Files.delete(file);
      }
    } finally {
      lock.unlock();
    }
  }

  /** How much may wait. */
  public long limitBytes() {
    return limitBytes;
  }

  public long waitingBytes() {
    lock.lock();
    try {
      return waitingBytes;
    } finally {
      lock.unlock();
    }
  }

  private List<Path> closedFiles() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(f -> f.toString().endsWith(SUFFIX))
          .filter(f -> current == null || numberOf(f) != number)
          .sorted()
          .toList();
    }
  }

  private Path file(long n) {
    return folder.resolve("%019d".formatted(n) + SUFFIX);
  }

  private static long numberOf(Path file) {
    String name = file.getFileName().toString();
    return Long.parseLong(name.substring(0, name.length() - SUFFIX.length()));
  }
}
