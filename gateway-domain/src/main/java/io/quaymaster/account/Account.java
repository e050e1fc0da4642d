package io.quaymaster.account;

import io.quaymaster.access.Permission;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.PublishMode;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.credential.AccessHours;
import io.quaymaster.credential.AuthenticationMethods;
import io.quaymaster.credential.AuthenticationPolicy;
import io.quaymaster.files.RealPath;
import io.quaymaster.quota.PlaceId;
import io.quaymaster.store.PlacePath;
import io.quaymaster.store.Store;
import io.quaymaster.tenant.Tenant;
import jakarta.persistence.CollectionTable;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.ElementCollection;
import jakarta.persistence.Entity;
import jakarta.persistence.FetchType;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import jakarta.persistence.OrderColumn;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.hibernate.annotations.BatchSize;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;
import org.jspecify.annotations.Nullable;

/**
 * One login inside a tenant. Only the use cases of this package change one, but for the time of the
 * last login, which the login door writes without a new version.
 */
@Entity
@Table(name = "account")
public class Account {
  @Id
  @GeneratedValue(strategy = GenerationType.IDENTITY)
  private @Nullable Long id;

  @ManyToOne(fetch = FetchType.LAZY, optional = false)
  @JoinColumn(name = "tenant_id", updatable = false)
  private Tenant tenant;

  @Column(nullable = false, updatable = false)
  private String username;

  @Convert(converter = AccountStatusColumn.class)
  @Column(nullable = false)
  private AccountStatus status;

  @ManyToOne(fetch = FetchType.LAZY, optional = false)
  @JoinColumn(name = "home_store_id")
  private Store homeStore;

  @Column(nullable = false)
  private String homePath;

  @ElementCollection
  @CollectionTable(name = "account_mount", joinColumns = @JoinColumn(name = "account_id"))
  @OrderColumn(name = "position")
  @BatchSize(size = 100)
  private List<AccountMount> mounts = new ArrayList<>();

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(nullable = false, columnDefinition = "text[]")
  private List<String> permissions;

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(nullable = false, columnDefinition = "text[]")
  private List<String> protocols;

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(nullable = false, columnDefinition = "text[]")
  private List<String> sources;

  private @Nullable Instant expiresAt;

  @Convert(converter = PublishModeColumn.class)
  @Column(nullable = false)
  private PublishMode publish;

  private boolean sftpReadOnly;
  private @Nullable Integer sftpUmask;
  private @Nullable String sftpStartDirectory;

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(columnDefinition = "text[]")
  private @Nullable List<String> sftpAllowRequests;

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(nullable = false, columnDefinition = "text[]")
  private List<String> sftpDenyRequests;

  private @Nullable Long maxFileBytes;
  private @Nullable Long sessionsLimit;
  private @Nullable Long bytesPerSecondLimit;
  private @Nullable String passwordHash;
  private @Nullable Instant passwordChangedAt;
  private @Nullable Instant passwordExpiresAt;

  @SuppressWarnings("UnusedVariable") // the login door reads the column
  private @Nullable String previousPasswordHash;

  private @Nullable Instant previousPasswordUntil;

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(columnDefinition = "text[]")
  private @Nullable List<String> authMethods;

  private @Nullable String accessZone;

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(columnDefinition = "text[]")
  private @Nullable List<String> accessWindows;

  @Column(insertable = false, updatable = false)
  private @Nullable Instant lastLoginAt;

  @Column(nullable = false, updatable = false)
  private Instant createdAt;

  @Column(nullable = false)
  private Instant updatedAt;

  @Version private long version;

  @SuppressWarnings("NullAway.Init")
  protected Account() {}

  @SuppressWarnings("NullAway.Init") // change() sets the rest before it is stored
  Account(Tenant tenant, String username, Instant now) {
    this.tenant = tenant;
    this.username = username;
    this.status = AccountStatus.ACTIVE;
    this.createdAt = now;
    this.updatedAt = now;
  }

  /** All but the mounts, whose rows must go before new ones come. */
  void change(AccountSettings settings, Store home, Instant now) {
    homeStore = home;
    homePath = settings.home().path().text();
    permissions = Columns.permissions(settings.permissions());
    protocols = Columns.protocols(settings.protocols());
    sources = Columns.sources(settings.sources());
    expiresAt = settings.expiresAt();
    publish = settings.publish();
    maxFileBytes = settings.limits().maxFileBytes();
    sessionsLimit = settings.limits().sessions();
    bytesPerSecondLimit = settings.limits().bytesPerSecond();
    AuthenticationMethods methods = settings.authentication().methods();
    authMethods = methods == null ? null : methods.texts();
    AccessHours hours = settings.authentication().hours();
    accessZone = hours == null ? null : hours.zone().getId();
    accessWindows = hours == null ? null : hours.texts();
    changeSftp(settings.sftp());
    updatedAt = now;
  }

  private void changeSftp(SftpSettings sftp) {
    sftpReadOnly = sftp.readOnly();
    sftpUmask = sftp.umask();
    RealPath start = sftp.startDirectory();
    sftpStartDirectory = start.isRoot() ? null : Columns.path(start);
    Set<String> allow = sftp.allowRequests();
    sftpAllowRequests = allow == null ? null : allow.stream().sorted().toList();
    sftpDenyRequests = sftp.denyRequests().stream().sorted().toList();
  }

  void clearMounts() {
    mounts.clear();
  }

  void mount(AccountMount mount) {
    mounts.add(mount);
  }

  void setStatus(AccountStatus status, Instant now) {
    this.status = status;
    this.updatedAt = now;
  }

  void setPasswordHash(@Nullable String hash, Instant now) {
    replacePassword(hash, null, null, now);
  }

  /**
   * @param previousUntil until when the password of now lets in as well; null: it does not
   */
  void replacePassword(
      @Nullable String hash,
      @Nullable Instant expiresAt,
      @Nullable Instant previousUntil,
      Instant now) {
    boolean keeps = previousUntil != null && passwordHash != null;
    this.previousPasswordHash = keeps ? passwordHash : null;
    this.previousPasswordUntil = keeps ? previousUntil : null;
    this.passwordHash = hash;
    this.passwordChangedAt = now;
    this.passwordExpiresAt = expiresAt;
    this.updatedAt = now;
  }

  public long id() {
    return Objects.requireNonNull(id, "not stored yet");
  }

  public Tenant tenant() {
    return tenant;
  }

  public String username() {
    return username;
  }

  public AccountStatus status() {
    return status;
  }

  public Store homeStore() {
    return homeStore;
  }

  public PlacePath homePath() {
    return new PlacePath(homePath);
  }

  PlaceId homePlace() {
    return new PlaceId(homeStore.id(), homePath);
  }

  /** In the order in which the admin wrote them. */
  public List<AccountMount> mounts() {
    return List.copyOf(mounts);
  }

  /** In the home; a mount has its own. */
  public Set<Permission> permissions() {
    return Columns.permissions(permissions);
  }

  public Set<Protocol> protocols() {
    return Columns.protocols(protocols);
  }

  /** Empty: anywhere. */
  public List<SourceRange> sources() {
    return Columns.sources(sources);
  }

  public @Nullable Instant expiresAt() {
    return expiresAt;
  }

  public PublishMode publish() {
    return publish;
  }

  public SftpSettings sftp() {
    String start = sftpStartDirectory;
    List<String> allow = sftpAllowRequests;
    return new SftpSettings(
        sftpReadOnly,
        sftpUmask,
        start == null ? RealPath.ROOT : RealPath.ofUnicode(start),
        allow == null ? null : Set.copyOf(allow),
        Set.copyOf(sftpDenyRequests));
  }

  public @Nullable Long maxFileBytes() {
    return maxFileBytes;
  }

  public @Nullable Long sessionsLimit() {
    return sessionsLimit;
  }

  /** In each direction. */
  public @Nullable Long bytesPerSecondLimit() {
    return bytesPerSecondLimit;
  }

  /** For {@link PasswordHashes} only; null: no password lets anyone in. */
  public @Nullable String passwordHash() {
    return passwordHash;
  }

  /** When a password was last set or taken away; null: never. */
  public @Nullable Instant passwordChangedAt() {
    return passwordChangedAt;
  }

  /** Set with the password; the tenant's policy may end it earlier. Null: never. */
  public @Nullable Instant passwordExpiresAt() {
    return passwordExpiresAt;
  }

  /** Until when the password before this one lets in as well; null: it does not. */
  public @Nullable Instant previousPasswordUntil() {
    return previousPasswordUntil;
  }

  /** What it leaves open, its tenant says. */
  public AuthenticationPolicy authentication() {
    return AuthenticationPolicy.ofColumns(authMethods, accessZone, accessWindows);
  }

  public @Nullable Instant lastLoginAt() {
    return lastLoginAt;
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
