package io.quaymaster.token;

import static java.util.stream.Collectors.toUnmodifiableSet;

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
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
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

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(columnDefinition = "text[]", updatable = false)
  private @Nullable List<String> scopes;

  @Column(nullable = false, updatable = false)
  private Instant createdAt;

  @Column(updatable = false)
  private @Nullable Instant expiresAt;

  private @Nullable Instant revokedAt;

  @Column(insertable = false, updatable = false)
  private @Nullable Instant lastUsedAt;

  @SuppressWarnings("NullAway.Init")
  protected ApiToken() {}

  ApiToken(WantedToken wanted, byte[] tokenHash, @Nullable Tenant tenant, Instant now) {
    Set<Scope> narrowed = wanted.scopes();
    this.name = wanted.name();
    this.tokenHash = tokenHash.clone();
    this.role = wanted.role();
    this.tenant = tenant;
    this.scopes =
        narrowed == null ? null : narrowed.stream().map(Scope::wireName).sorted().toList();
    this.expiresAt = wanted.expiresAt();
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

  /** All that it may do; what a later version wrote and this one does not know is not among it. */
  public Set<Scope> scopes() {
    return scopes == null
        ? role.scopes()
        : scopes.stream()
            .flatMap(name -> Scope.ofWireName(name).stream())
            .filter(role.scopes()::contains)
            .collect(toUnmodifiableSet());
  }

  /** Null: of the whole platform. */
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
