package io.quaymaster.account;

import io.quaymaster.files.RealPath;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A public key that lets an account in. Never changes but for the time of its last use. */
@Entity
@Table(name = "account_key")
public class AccountKey {
  public static final int MAX_PER_ACCOUNT = 64;
  public static final int MAX_LABEL = 200;

  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private @Nullable Long id;

  @Column(nullable = false, updatable = false)
  private long accountId;

  @Column(nullable = false, updatable = false)
  private String keyType;

  @Column(nullable = false, updatable = false)
  private String publicKey;

  @Column(nullable = false, updatable = false)
  private String fingerprint;

  @Column(nullable = false, updatable = false)
  private String label;

  @Column(updatable = false)
  private @Nullable Instant expiresAt;

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(nullable = false, updatable = false, columnDefinition = "text[]")
  private List<String> sources;

  @Column(nullable = false, updatable = false)
  private boolean readOnly;

  @Column(updatable = false)
  private @Nullable String directory;

  @Column(nullable = false, updatable = false)
  private Instant createdAt;

  @Column(insertable = false, updatable = false)
  private @Nullable Instant lastUsedAt;

  @SuppressWarnings("NullAway.Init")
  protected AccountKey() {}

  AccountKey(long accountId, NewKey key, Instant now) {
    this.accountId = accountId;
    this.keyType = key.key().type();
    this.publicKey = key.key().text();
    this.fingerprint = key.key().fingerprint();
    this.label = key.label();
    this.expiresAt = key.expiresAt();
    this.sources = Columns.sources(key.sources());
    this.readOnly = key.readOnly();
    RealPath scope = key.directory();
    this.directory = scope == null ? null : Columns.path(scope);
    this.createdAt = now;
  }

  public long id() {
    return Objects.requireNonNull(id, "not stored yet");
  }

  public long accountId() {
    return accountId;
  }

  /** As in the first word of the key's line, for example {@code ssh-ed25519}. */
  public String keyType() {
    return keyType;
  }

  /** Type and base64, without comment. */
  public String publicKey() {
    return publicKey;
  }

  /** {@code SHA256:…}. */
  public String fingerprint() {
    return fingerprint;
  }

  public String label() {
    return label;
  }

  public @Nullable Instant expiresAt() {
    return expiresAt;
  }

  /** Empty: anywhere that the account may come from. */
  public List<SourceRange> sources() {
    return Columns.sources(sources);
  }

  /** Whoever comes in by it changes nothing. */
  public boolean readOnly() {
    return readOnly;
  }

  /** All that is seen by it of the account's view; null: all. */
  public @Nullable String directory() {
    return directory;
  }

  public Instant createdAt() {
    return createdAt;
  }

  public @Nullable Instant lastUsedAt() {
    return lastUsedAt;
  }
}
