package io.quaymaster.tenant;

import io.quaymaster.credential.AccessHours;
import io.quaymaster.credential.AuthenticationMethods;
import io.quaymaster.credential.AuthenticationPolicy;
import io.quaymaster.credential.PasswordPolicy;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/** A customer; owns accounts, stores and limits. Only the use cases of this package change one. */
@Entity
@Table(name = "tenant")
public class Tenant {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private @Nullable Long id;

  @Column(nullable = false, updatable = false)
  private String name;

  @Column(nullable = false)
  private String displayName;

  private @Nullable Long sessionsLimit;
  private @Nullable Long bytesPerSecondLimit;

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(columnDefinition = "text[]")
  private @Nullable List<String> authMethods;

  private @Nullable String accessZone;

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(columnDefinition = "text[]")
  private @Nullable List<String> accessWindows;

  private @Nullable Integer passwordMinLength;
  private @Nullable Integer passwordMaxAgeDays;

  @Column(nullable = false, updatable = false)
  private Instant createdAt;

  @Column(nullable = false)
  private Instant updatedAt;

  @Version private long version;

  @SuppressWarnings("NullAway.Init")
  protected Tenant() {}

  Tenant(String name, Instant now) {
    this.name = name;
    this.displayName = name;
    this.createdAt = now;
    this.updatedAt = now;
  }

  void change(TenantSettings settings, Instant now) {
    this.displayName = settings.displayName();
    this.sessionsLimit = settings.limits().sessions();
    this.bytesPerSecondLimit = settings.limits().bytesPerSecond();
    this.passwordMinLength = settings.passwords().minLength();
    this.passwordMaxAgeDays = settings.passwords().maxAgeDays();
    AuthenticationMethods methods = settings.authentication().methods();
    this.authMethods = methods == null ? null : methods.texts();
    AccessHours hours = settings.authentication().hours();
    this.accessZone = hours == null ? null : hours.zone().getId();
    this.accessWindows = hours == null ? null : hours.texts();
    this.updatedAt = now;
  }

  public long id() {
    return Objects.requireNonNull(id, "not stored yet");
  }

  public String name() {
    return name;
  }

  public String displayName() {
    return displayName;
  }

  /** How many sessions at once, over all accounts and gateways; null: any number. */
  public @Nullable Long sessionsLimit() {
    return sessionsLimit;
  }

  /** In each direction, over all sessions; null: any speed. */
  public @Nullable Long bytesPerSecondLimit() {
    return bytesPerSecondLimit;
  }

  /** For the accounts that say nothing themselves. */
  public AuthenticationPolicy authentication() {
    return AuthenticationPolicy.ofColumns(authMethods, accessZone, accessWindows);
  }

  public PasswordPolicy passwords() {
    return new PasswordPolicy(passwordMinLength, passwordMaxAgeDays);
  }

  public Instant createdAt() {
    return createdAt;
  }

  public Instant updatedAt() {
    return updatedAt;
  }

  public long version() {
    return version;
  }
}
