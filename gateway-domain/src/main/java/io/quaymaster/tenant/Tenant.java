package io.quaymaster.tenant;

import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.Objects;
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
