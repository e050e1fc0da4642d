package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The moves as a database would keep them, in memory, as one process sees them. */
final class MemoryDirectoryMoves implements DirectoryMoves {
  private record Row(Move move, @Nullable MemoryDirectoryMoves owner) {}

  /** What all processes share, and its lock. */
  private static final class Table {
    final Map<UUID, Row> rows = new LinkedHashMap<>();
    final List<MemoryDirectoryMoves> alive = new ArrayList<>();
  }

  private final Table table;

  /** What happens elsewhere before this process asks whether others are alive. */
  volatile Runnable elsewhere = () -> {};

  MemoryDirectoryMoves() {
    this(new Table());
  }

  private MemoryDirectoryMoves(Table table) {
    this.table = table;
    synchronized (table) {
      table.alive.add(this);
    }
  }

  /** The same moves as one more process sees them. */
  MemoryDirectoryMoves ofAnotherProcess() {
    return new MemoryDirectoryMoves(table);
  }

  /** This process is taken for dead. */
  void die() {
    synchronized (table) {
      table.alive.remove(this);
      table.rows.replaceAll((id, row) -> row.owner() == this ? new Row(row.move(), null) : row);
    }
  }

  @Override
  public List<Move> all() {
    synchronized (table) {
      return table.rows.values().stream().map(Row::move).toList();
    }
  }

  @Override
  public boolean begin(Move move) {
    synchronized (table) {
      boolean free = table.rows.values().stream().noneMatch(row -> meet(move, row.move()));
      if (free) {
        table.rows.put(move.id(), new Row(move, this));
      }
      return free;
    }
  }

  private static boolean meet(Move one, Move other) {
    return Stream.of(one.from(), one.to())
        .anyMatch(key -> overlap(key, other.from()) || overlap(key, other.to()));
  }

  private static boolean overlap(StoreKey one, StoreKey other) {
    return one.startsWith(other) || other.startsWith(one);
  }

  @Override
  public void reach(UUID id, Phase phase) throws FileFailure {
    synchronized (table) {
      Row row = table.rows.get(id);
      if (row == null || row.owner() != this) {
        throw new FileFailure(Kind.BUSY, "another gateway process goes on with this rename");
      }
      table.rows.put(id, new Row(new Move(id, row.move().from(), row.move().to(), phase), this));
    }
  }

  @Override
  public void end(UUID id) {
    synchronized (table) {
      table.rows.values().removeIf(row -> row.move().id().equals(id) && row.owner() == this);
    }
  }

  @Override
  public boolean othersAlive() {
    elsewhere.run();
    synchronized (table) {
      return table.alive.stream().anyMatch(process -> process != this);
    }
  }

  @Override
  public List<Move> takeOver() {
    synchronized (table) {
      List<Move> taken = new ArrayList<>();
      for (Row row : List.copyOf(table.rows.values())) {
        if (row.owner() == null) {
          table.rows.put(row.move().id(), new Row(row.move(), this));
          taken.add(row.move());
        }
      }
      return taken;
    }
  }
}
