package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange.Times;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.StoreKey;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The records as a database would keep them, in memory; may be away. */
final class MemoryUploadRecords implements UploadRecords {
  private static final class Row {
    final UUID id;
    final StoreKey key;
    final StoreKey target;
    final TreeMap<Integer, Part> parts = new TreeMap<>();
    @Nullable String uploadId;
    long fence;
    int mode;
    @Nullable Times times;
    byte[] tail = new byte[0];
    boolean completing;
    Instant changedAt = Instant.now();

    Row(UUID id, StoreKey key, StoreKey target) {
      this.id = id;
      this.key = key;
      this.target = target;
    }

    List<Part> contiguous() {
      List<Part> list = new ArrayList<>();
      for (int n = 1; parts.containsKey(n); n++) {
        list.add(parts.get(n));
      }
      return list;
    }

    Upload upload() {
      return new Upload(
          id,
          key,
          target,
          uploadId,
          fence,
          mode,
          times,
          SentParts.length(contiguous()) + tail.length,
          completing,
          changedAt);
    }
  }

  private final Map<UUID, Row> rows = new ConcurrentHashMap<>();

  /** Whether the database does not answer. */
  volatile boolean away;

  /** Whether the database is lost at the moment when an upload is complete. */
  volatile boolean awayAtEnd;

  private void answer() throws FileFailure {
    if (away) {
      throw new FileFailure(Kind.LEDGER_UNAVAILABLE, "the database does not answer");
    }
  }

  private Optional<Row> row(StoreKey key) {
    return rows.values().stream().filter(row -> row.key.equals(key)).findFirst();
  }

  /** The parts of an upload, for nobody who goes on with it. */
  synchronized List<Part> parts(StoreKey key) {
    return row(key).orElseThrow().contiguous();
  }

  @Override
  public synchronized Optional<Upload> find(StoreKey key) throws FileFailure {
    answer();
    return row(key).map(Row::upload);
  }

  @Override
  public synchronized List<Upload> in(StoreKey directory) throws FileFailure {
    answer();
    return rows.values().stream()
        .filter(row -> row.key.parent().equals(directory))
        .sorted(Comparator.comparing(row -> row.key))
        .map(Row::upload)
        .toList();
  }

  @Override
  public synchronized boolean anyBelow(StoreKey directory) throws FileFailure {
    answer();
    return rows.values().stream()
        .anyMatch(row -> row.key.startsWith(directory) && !row.key.equals(directory));
  }

  @Override
  public synchronized List<Upload> unsettled(StoreKey key) throws FileFailure {
    answer();
    return rows.values().stream()
        .filter(row -> row.completing && row.key.startsWith(key))
        .sorted(Comparator.comparing(row -> row.key))
        .map(Row::upload)
        .toList();
  }

  @Override
  public synchronized Measure measure(StoreKey key, List<UUID> except) throws FileFailure {
    answer();
    List<Row> below =
        rows.values().stream()
            .filter(row -> row.key.startsWith(key) && !except.contains(row.id))
            .toList();
    return new Measure(
        below.stream().mapToLong(row -> row.upload().sizeBytes()).sum(), below.size(), false);
  }

  @Override
  public synchronized boolean begin(
      UUID id,
      StoreKey key,
      StoreKey target,
      @Nullable String uploadId,
      int mode,
      @Nullable Times times,
      boolean completing)
      throws FileFailure {
    answer();
    if (row(key).isPresent()) {
      return false;
    }
    Row row = new Row(id, key, target);
    row.uploadId = uploadId;
    row.mode = mode;
    row.times = times;
    row.completing = completing;
    rows.put(id, row);
    return true;
  }

  private @Nullable Row fenced(UUID id, long fence) throws FileFailure {
    answer();
    Row row = rows.get(id);
    if (row == null || row.fence != fence) {
      return null;
    }
    row.changedAt = Instant.now();
    return row;
  }

  @Override
  public synchronized boolean started(UUID id, long fence, @Nullable String uploadId)
      throws FileFailure {
    Row row = fenced(id, fence);
    if (row != null) {
      row.uploadId = uploadId;
    }
    return row != null;
  }

  @Override
  public synchronized boolean restart(UUID id, long fence) throws FileFailure {
    Row row = fenced(id, fence);
    if (row != null) {
      row.uploadId = null;
      row.parts.clear();
      row.tail = new byte[0];
      row.completing = false;
    }
    return row != null;
  }

  @Override
  public synchronized boolean addPart(UUID id, long fence, Part part, boolean withTail)
      throws FileFailure {
    Row row = fenced(id, fence);
    if (row != null) {
      row.parts.put(part.number(), part);
      if (withTail) {
        row.tail = new byte[0];
      }
    }
    return row != null;
  }

  @Override
  public synchronized boolean keep(
      UUID id, long fence, int parts, Tail tail, int mode, @Nullable Times times)
      throws FileFailure {
    Row row = fenced(id, fence);
    if (row != null) {
      row.parts.tailMap(parts, false).clear();
      row.tail = all(tail);
      row.mode = mode;
      row.times = times;
    }
    return row != null;
  }

  private static byte[] all(Tail tail) {
    try (InputStream stream = tail.stream()) {
      return stream.readAllBytes();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  @Override
  public synchronized boolean completing(UUID id, long fence) throws FileFailure {
    Row row = fenced(id, fence);
    if (row != null) {
      row.completing = true;
    }
    return row != null;
  }

  @Override
  public synchronized Optional<Saved> takeOver(StoreKey key) throws FileFailure {
    answer();
    return row(key)
        .map(
            row -> {
              row.fence++;
              row.changedAt = Instant.now();
              row.parts.tailMap(row.contiguous().size(), false).clear();
              return new Saved(row.upload(), row.contiguous(), row.tail.length);
            });
  }

  @Override
  public synchronized boolean readTail(UUID id, long fence, int offset, ByteBuffer into)
      throws FileFailure {
    Row row = fenced(id, fence);
    if (row != null) {
      into.put(row.tail, offset, into.remaining());
    }
    return row != null;
  }

  @Override
  public synchronized boolean end(UUID id, long fence) throws FileFailure {
    if (awayAtEnd) {
      throw new FileFailure(Kind.LEDGER_UNAVAILABLE, "the database does not answer");
    }
    boolean ours = fenced(id, fence) != null;
    if (ours) {
      rows.remove(id);
    }
    return ours;
  }

  @Override
  public synchronized void remove(UUID id) throws FileFailure {
    answer();
    rows.remove(id);
  }

  @Override
  public synchronized List<Upload> unchangedFor(Duration age, int limit) throws FileFailure {
    answer();
    return rows.values().stream()
        .filter(row -> row.changedAt.isBefore(Instant.now().minus(age)))
        .sorted(Comparator.comparing(row -> row.changedAt))
        .limit(limit)
        .map(Row::upload)
        .toList();
  }

  @Override
  public synchronized List<String> known(List<String> uploadIds) throws FileFailure {
    answer();
    return uploadIds.stream()
        .filter(id -> rows.values().stream().anyMatch(row -> id.equals(row.uploadId)))
        .toList();
  }
}
