package io.quaymaster.files;

import io.quaymaster.files.FileFailure.Kind;
import org.jspecify.annotations.Nullable;

/** What goes wrong in a {@link MemoryFileStore}, as a test tells it. Any thread. */
public final class MemoryFaults {
  private long capacityBytes = 1L << 50;
  private @Nullable Kind writes;
  private long writesAfterBytes;
  private @Nullable Kind closes;
  private @Nullable Kind syncs;
  private @Nullable Loss preserves;
  private @Nullable Loss publishes;

  /**
   * A failure after which a store of uploads has not all of one any more.
   *
   * @param keptBytes negative: not even the file
   * @param unheard it is done all the same
   */
  record Loss(Kind kind, long keptBytes, boolean unheard) {}

  MemoryFaults() {}

  /**
   * The room for all files together, a hole counting as its length; what does not fit is {@code
   * STORE_FULL}, after as much as fits was written.
   */
  public synchronized void capacity(long bytes) {
    capacityBytes = bytes;
  }

  /** After so many more bytes every write fails, the one that crosses the line half-way. */
  public synchronized void failWrites(long afterBytes, Kind kind) {
    writes = kind;
    writesAfterBytes = afterBytes;
  }

  /** Every close fails; the file is closed all the same. */
  public synchronized void failCloses(Kind kind) {
    closes = kind;
  }

  public synchronized void failSyncs(Kind kind) {
    syncs = kind;
  }

  /** Uploads are kept only so far. */
  public synchronized void failPreserves(Kind kind, long keptBytes) {
    preserves = new Loss(kind, keptBytes, false);
  }

  /**
   * No upload gets its target's name.
   *
   * @param keptBytes what is left of it aside; negative: not even the file
   */
  public synchronized void failPublishes(Kind kind, long keptBytes) {
    publishes = new Loss(kind, keptBytes, false);
  }

  /** Uploads get their targets' names, and nobody is told so. */
  public synchronized void loseAnswersToPublishes(Kind kind) {
    publishes = new Loss(kind, 0, true);
  }

  /** From now on all is well; the capacity stays. */
  public synchronized void heal() {
    writes = null;
    closes = null;
    syncs = null;
    preserves = null;
    publishes = null;
  }

  synchronized long capacityBytes() {
    return capacityBytes;
  }

  /** How much of a write goes well; counts it as written. */
  synchronized int writable(int bytes) {
    if (writes == null) {
      return bytes;
    }
    int allowed = (int) Math.min(bytes, writesAfterBytes);
    writesAfterBytes -= allowed;
    return allowed;
  }

  synchronized @Nullable Kind writes() {
    return writes;
  }

  synchronized @Nullable Kind closes() {
    return closes;
  }

  synchronized @Nullable Kind syncs() {
    return syncs;
  }

  synchronized @Nullable Loss preserves() {
    return preserves;
  }

  synchronized @Nullable Loss publishes() {
    return publishes;
  }
}
