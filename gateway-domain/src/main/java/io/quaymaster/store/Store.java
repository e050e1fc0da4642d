package io.quaymaster.store;

import io.quaymaster.secret.SealedSecret;
import io.quaymaster.store.s3.S3Behaviour;
import io.quaymaster.store.s3.S3Columns;
import io.quaymaster.store.s3.S3Place;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Embedded;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.Objects;
import org.hibernate.annotations.BatchSize;
import org.jspecify.annotations.Nullable;

/** A tenant's place for files. Never changes once it is made. */
@Entity
@Table(name = "store")
@BatchSize(size = 100)
public class Store {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private @Nullable Long id;

  @Column(nullable = false, updatable = false)
  private long tenantId;

  @Column(nullable = false, updatable = false)
  private String name;

  @Convert(converter = StoreTypeColumn.class)
  @Column(nullable = false, updatable = false)
  private StoreType type;

  @Column(updatable = false)
  private @Nullable String path;

  @Embedded private @Nullable S3Columns s3;

  @Column(updatable = false)
  private byte @Nullable [] sealedSecret;

  @Column(nullable = false, updatable = false)
  private Instant createdAt;

  @Version private long version;

  @SuppressWarnings("NullAway.Init")
  protected Store() {}

  /** A local store. */
  Store(long tenantId, String name, PlacePath path, Instant now) {
    this.tenantId = tenantId;
    this.name = name;
    this.type = StoreType.LOCAL;
    this.path = path.text();
    this.createdAt = now;
  }

  /** A store in a bucket. */
  Store(long tenantId, String name, S3Columns s3, @Nullable SealedSecret secret, Instant now) {
    this.tenantId = tenantId;
    this.name = name;
    this.type = StoreType.S3;
    this.s3 = s3;
    this.sealedSecret = secret == null ? null : secret.bytes();
    this.createdAt = now;
  }

  public long id() {
    return Objects.requireNonNull(id, "not stored yet");
  }

  public long tenantId() {
    return tenantId;
  }

  public String name() {
    return name;
  }

  public StoreType type() {
    return type;
  }

  /** The folder below one of the local roots; null if the store is not local. */
  public @Nullable PlacePath path() {
    return path == null ? null : new PlacePath(path);
  }

  /** Where in which bucket; null if the store is in none. */
  public @Nullable S3Place place() {
    return s3 == null ? null : s3.place();
  }

  /** How the bucket's server behaves; null if the store is in none. */
  public @Nullable S3Behaviour behaviour() {
    return s3 == null ? null : s3.behaviour();
  }

  public Instant createdAt() {
    return createdAt;
  }

  public long version() {
    return version;
  }
}
