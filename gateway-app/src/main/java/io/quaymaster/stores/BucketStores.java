package io.quaymaster.stores;

import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.cluster.DatabasePatience;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.secret.SealBroken;
import io.quaymaster.secret.SealPurpose;
import io.quaymaster.secret.SealedSecret;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.storage.s3.S3Meters;
import io.quaymaster.storage.s3.S3Settings;
import io.quaymaster.storage.s3.S3Stores;
import io.quaymaster.storage.s3.S3Unusable;
import io.quaymaster.storage.s3.UploadRecords;
import io.quaymaster.store.StoreUnusable;
import io.quaymaster.store.s3.NewS3Store;
import io.quaymaster.store.s3.S3Behaviour;
import io.quaymaster.stores.StoreRows.Bucket;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Opens stores in buckets: unseals their secrets, and gives the adapter its records in the
 * database. Threads: any.
 */
public final class BucketStores {
  private static final Logger log = LoggerFactory.getLogger(BucketStores.class);

  private final S3Stores adapter;
  private final Database database;
  private final UUID process;
  private final SecretSeal seal;
  private final MeterRegistry registry;

  /** One for each name: a store that was forgotten and made anew goes on counting. */
  private final Map<String, S3Meters> meters = new ConcurrentHashMap<>();

  /**
   * @param patience how long what is under way waits for the database
   * @param process this one's id in {@code gateway_process}
   */
  public BucketStores(
      S3Stores adapter,
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      DatabasePatience patience,
      UUID process,
      SecretSeal seal,
      MeterRegistry registry) {
    this.adapter = adapter;
    this.database = new Database(jdbc, transactions, patience);
    this.process = process;
    this.seal = seal;
    this.registry = registry;
  }

  /**
   * @throws FileFailure STORE_ERROR if its secret cannot be unsealed
   */
  FileStore open(Bucket row) throws FileFailure {
    S3Settings settings =
        S3Translation.settings(
            row.columns().place(), secret(row), S3Translation.traits(row.columns().behaviour()));
    return adapter.open(
        settings,
        records(row.id()),
        new JdbcDirectoryMoves(database, row.id(), process),
        meters.computeIfAbsent(row.label(), label -> new MicrometerS3Meters(registry, label)));
  }

  private @Nullable String secret(Bucket row) throws FileFailure {
    SealedSecret sealed = row.sealedSecret();
    if (sealed == null) {
      return null;
    }
    try {
      return seal.unseal(sealed, SealPurpose.storeCredentials(row.tenant(), row.name()));
    } catch (SealBroken broken) {
      log.error("Store {}: {}", row.label(), broken.getMessage());
      throw new FileFailure(Kind.STORE_ERROR, "the store cannot be opened", broken);
    }
  }

  /** A store's uploads that are not complete. */
  UploadRecords records(long storeId) {
    return new JdbcUploadRecords(database, storeId);
  }

  /**
   * Tries a store that is not made yet.
   *
   * @throws StoreUnusable with a reason for the admin
   */
  S3Behaviour probe(NewS3Store wanted) throws StoreUnusable {
    try {
      return S3Translation.behaviour(adapter.probe(S3Translation.settings(wanted)));
    } catch (S3Unusable refused) {
      log.warn("A store in bucket {} cannot be made", wanted.place().bucket(), refused);
      throw new StoreUnusable(refused.reason(), refused);
    }
  }
}
