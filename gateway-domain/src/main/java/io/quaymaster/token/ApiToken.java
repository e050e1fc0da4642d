package io.quaymaster.token;

import io.quaymaster.tenant.Tenant;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An admin's token as it is stored: never the token itself, only its hash. */
@Entity
@Table(name = "api_token")
public class ApiToken {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private @Nullable Long id;

  @Column(nullable = false, updatable = false)
  private String name;

  @Column(nullable = false, updatable = false)
  private byte[] tokenHash;

  @Convert(converter = TokenRoleColumn.class)
  @Column(nullable = false, updatable = false)
  private TokenRole role;

  @ManyToOne(fetch = FetchType.LAZY)
  @JoinColumn(name = "tenant_id", updatable = false)
  private @Nullable Tenant tenant;

  @Column(nullable = false, updatable = false)
  private Instant createdAt;

  @Column(updatable = false)
  private @Nullable Instant expiresAt;

  private @Nullable Instant revokedAt;

  @Column(insertable = false, updatable = false)
  private @Nullable Instant lastUsedAt;

  @SuppressWarnings("NullAway.Init")
  protected ApiToken() {}

  ApiToken(
      String name,
      byte[] tokenHash,
      @Nullable Tenant tenant,
      @Nullable Instant expiresAt,
      Instant now) {
    this.name = name;
    this.tokenHash = tokenHash.clone();
    this.role = tenant == null ? TokenRole.PLATFORM_ADMIN : TokenRole.TENANT_ADMIN;
    this.tenant = tenant;
    this.expiresAt = expiresAt;
    this.createdAt = now;
  }

  void revoke(Instant now) {
    this.revokedAt = now;
  }

  boolean isValid(Instant now) {
    Instant expiry = expiresAt;
    return revokedAt == null && (expiry == null || expiry.isAfter(now));
  }

  public long id() {
    return Objects.requireNonNull(id, "not stored yet");
  }

  public String name() {
    return name;
  }

  public TokenRole role() {
    return role;
  }

  /** Null for a platform admin. */
  public @Nullable Tenant tenant() {
    return tenant;
  }

  public Instant createdAt() {
    return createdAt;
  }

  public @Nullable Instant expiresAt() {
    return expiresAt;
  }

  public @Nullable Instant lastUsedAt() {
    return lastUsedAt;
  }
}
