package io.quaymaster.account;

import io.quaymaster.access.Permission;
import io.quaymaster.files.RealPath;
import io.quaymaster.quota.PlaceId;
import io.quaymaster.store.PlacePath;
import io.quaymaster.store.Store;
import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.FetchType;
import jakarta.persistence.JoinColumn;
import jakarta.persistence.ManyToOne;
import java.util.List;
import java.util.Set;
import org.hibernate.annotations.JdbcTypeCode;
import org.hibernate.type.SqlTypes;

/** A mount as it is stored. */
@Embeddable
public class AccountMount {
  @Column(nullable = false)
  private String path;

  @ManyToOne(fetch = FetchType.LAZY, optional = false)
  @JoinColumn(name = "store_id")
  private Store store;

  @Column(nullable = false)
  private String prefix;

  @JdbcTypeCode(SqlTypes.ARRAY)
  @Column(nullable = false, columnDefinition = "text[]")
  private List<String> permissions;

  @SuppressWarnings("NullAway.Init")
  protected AccountMount() {}

  AccountMount(MountSetting setting, Store store) {
    this.path = Columns.path(setting.path());
    this.store = store;
    this.prefix = setting.prefix().text();
    this.permissions = Columns.permissions(setting.permissions());
  }

  /** Where in the account's view. */
  public RealPath path() {
    return RealPath.ofUnicode(path);
  }

  public Store store() {
    return store;
  }

  public PlacePath prefix() {
    return new PlacePath(prefix);
  }

  public Set<Permission> permissions() {
    return Columns.permissions(permissions);
  }

  PlaceId place() {
    return new PlaceId(store.id(), prefix);
  }
}
