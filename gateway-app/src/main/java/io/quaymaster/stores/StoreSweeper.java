package io.quaymaster.stores;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.storage.s3.UploadRecords;
import io.quaymaster.storage.s3.UploadRecords.Upload;
import io.quaymaster.store.Store;
import io.quaymaster.store.StoreSweep;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.LongFunction;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Clears bucket stores of uploads that nobody goes on with: first those that we know, by their
 * records, then those on the server that no record knows. Threads: any.
 */
final class StoreSweeper implements StoreSweep {
  private static final Logger log = LoggerFactory.getLogger(StoreSweeper.class);
  private static final int BATCH = 100;

  /** Aborts a store's multipart uploads that no record knows. */
  @FunctionalInterface
  interface Orphans {
    int abort(long storeId, Duration age) throws FileFailure;
  }

  /** Aborts all of a store's multipart uploads. */
  @FunctionalInterface
  interface Clearing {
    int abortAll(long storeId) throws FileFailure;
  }

  private final DataSource source;
  private final LongFunction<UploadRecords> records;
  private final ExpiredUploads expired;
  private final Orphans orphans;
  private final Clearing clearing;
  private final Duration partialsExpireAfter;
  private final Duration orphansAbortAfter;

  /**
   * @param source one connection of it is kept while a store is swept
   * @param records by store id
   */
  StoreSweeper(
      DataSource source,
      LongFunction<UploadRecords> records,
      ExpiredUploads expired,
      Orphans orphans,
      Clearing clearing,
      Duration partialsExpireAfter,
      Duration orphansAbortAfter) {
    this.source = source;
    this.records = records;
    this.expired = expired;
    this.orphans = orphans;
    this.clearing = clearing;
    this.partialsExpireAfter = partialsExpireAfter;
    this.orphansAbortAfter = orphansAbortAfter;
  }

  @Override
  public Swept sweep(Store store) throws FileFailure {
    return sweep(store.tenantId(), store.id()).orElseThrow(StoreSweeper::busy);
  }

  private static Refusal busy() {
    return new Refusal.Busy("The store is being swept already.");
  }

  /** {@inheritDoc} Their records go with the store's row. */
  @Override
  public int clear(Store store) throws FileFailure {
    try (SweepLock _ = lock(store.id()).orElseThrow(StoreSweeper::busy)) {
      return clearing.abortAll(store.id());
    } catch (SQLException lost) {
      throw away(lost);
    }
  }

  /**
   * @return empty if somebody else sweeps the store now
   */
  Optional<Swept> sweep(long tenantId, long storeId) throws FileFailure {
    Optional<SweepLock> taken = lock(storeId);
    if (taken.isEmpty()) {
      return Optional.empty();
    }
    try (SweepLock _ = taken.get()) {
      int removed = removeExpired(tenantId, storeId);
      return Optional.of(new Swept(removed, orphans.abort(storeId, orphansAbortAfter)));
    } catch (SQLException lost) {
      throw away(lost);
    }
  }

  private Optional<SweepLock> lock(long storeId) throws FileFailure {
    try {
      return SweepLock.take(source, storeId);
    } catch (SQLException lost) {
      throw away(lost);
    }
  }

  private static FileFailure away(SQLException lost) {
    return new FileFailure(Kind.LEDGER_UNAVAILABLE, "the database does not answer now", lost);
  }

  private int removeExpired(long tenantId, long storeId) throws FileFailure {
    UploadRecords known = records.apply(storeId);
    Set<UUID> stuck = new HashSet<>();
    int removed = 0;
    while (true) {
      List<Upload> batch =
          known.unchangedFor(partialsExpireAfter, BATCH + stuck.size()).stream()
              .filter(upload -> !stuck.contains(upload.id()))
              .toList();
      if (batch.isEmpty()) {
        return removed;
      }
      for (Upload upload : batch) {
        if (remove(tenantId, storeId, upload) && known.find(upload.key()).isEmpty()) {
          removed++;
        } else {
          // This sweep does not look at it again.
          stuck.add(upload.id());
        }
      }
    }
  }

  private boolean remove(long tenantId, long storeId, Upload upload) throws FileFailure {
    try {
      expired.remove(tenantId, storeId, upload.key());
      return true;
    } catch (FileFailure failed) {
      if (failed.kind() == Kind.LEDGER_UNAVAILABLE) {
        throw failed;
      }
      log.warn(
          "The expired upload {} in store {} cannot be removed: {}. The next sweep tries again.",
          upload.key(),
          storeId,
          failed.getMessage());
      return false;
    }
  }
}
