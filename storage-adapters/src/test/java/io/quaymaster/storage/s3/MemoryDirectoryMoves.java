package io.quaymaster.storage.s3;

import io.quaymaster.files.StoreKey;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The moves as a database would keep them, in memory. */
final class MemoryDirectoryMoves implements DirectoryMoves {
  private final Map<UUID, Move> moves = new LinkedHashMap<>();

  /** Whether whoever began the moves is dead. */
  volatile boolean ownerIsDead;

  @Override
  public synchronized List<Move> all() {
    return new ArrayList<>(moves.values());
  }

  @Override
  public synchronized boolean begin(Move move) {
    boolean free =
        moves.values().stream()
            .noneMatch(
                other ->
                    meet(move.from(), other.from())
                        || meet(move.from(), other.to())
                        || meet(move.to(), other.from())
                        || meet(move.to(), other.to()));
    if (free) {
      moves.put(move.id(), move);
    }
    return free;
  }

  private static boolean meet(StoreKey one, StoreKey other) {
    return one.startsWith(other) || other.startsWith(one);
  }

  @Override
  public synchronized void reach(UUID id, Phase phase) {
    moves.computeIfPresent(id, (same, move) -> new Move(id, move.from(), move.to(), phase));
  }

  @Override
  public synchronized void end(UUID id) {
    moves.remove(id);
  }

  @Override
  public boolean othersAlive() {
    return false;
  }

  @Override
  public synchronized List<Move> takeOver() {
    return ownerIsDead ? all() : List.of();
  }
}
