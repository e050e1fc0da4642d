package io.quaymaster.login;

import io.quaymaster.access.AccessPolicy;
import io.quaymaster.access.Permission;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.PublishMode;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.account.SourceRange;
import io.quaymaster.credential.AccessHours;
import io.quaymaster.credential.AuthenticationMethods;
import io.quaymaster.files.Home;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.StoreKey;
import java.sql.Array;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a login needs to know of an account: one query for a proof, two for a grant. */
final class AccountReader {
  private static final String ACCOUNT =
      """
      select a.*, t.name as tenant, t.sessions_limit as tenant_sessions, t.bytes_per_second_limit as tenant_speed, s.name as store,
             coalesce(a.auth_methods, t.auth_methods) as methods,
             coalesce(a.access_zone, t.access_zone) as zone, coalesce(a.access_windows, t.access_windows) as windows,
             least(a.password_expires_at, a.password_changed_at + make_interval(days => t.password_max_age_days)) as password_end,
             k.id as key_id, k.expires_at as key_expires_at, k.sources as key_sources, k.read_only as key_read_only,
             k.directory as key_directory
      from account a
      join tenant t on t.id = a.tenant_id
      join store s on s.id = a.home_store_id
      left join account_key k on k.account_id = a.id and k.fingerprint = :fingerprint
      where t.name = :tenant and a.username = :username
      """;

  private static final String METHODS =
      """
      select coalesce(a.auth_methods, t.auth_methods) as methods
      from tenant t left join account a on a.tenant_id = t.id and a.username = :username
      where t.name = :tenant
      """;

  private static final String MOUNTS =
      """
      select m.path, m.prefix, m.permissions, m.store_id, s.name as store
      from account_mount m join store s on s.id = m.store_id where m.account_id = ? order by m.path
      """;

  /** An authorised key of the account, the one whose fingerprint was asked for. */
  record Key(
      long id, @Nullable Instant expiresAt, List<SourceRange> sources, Narrowing narrowing) {}

  /**
   * What a password is compared with.
   *
   * @param hash null: none lets in
   * @param end null: never
   * @param previousHash of the password before; lets in until {@code previousUntil}
   */
  record Passwords(
      @Nullable String hash,
      @Nullable Instant end,
      @Nullable String previousHash,
      @Nullable Instant previousUntil) {
    static final Passwords NONE = new Passwords(null, null, null, null);

    @Nullable String previousAt(Instant now) {
      return previousUntil != null && now.isBefore(previousUntil) ? previousHash : null;
    }

    @Override
    public String toString() {
      return "Passwords[***]";
    }
  }

  /** An account as it stands now. */
  record Found(
      long id,
      long tenantId,
      LoginName name,
      boolean suspended,
      @Nullable Instant expiresAt,
      List<SourceRange> sources,
      AuthenticationMethods methods,
      @Nullable AccessHours hours,
      Passwords passwords,
      @Nullable Key key,
      Home home,
      Set<Permission> permissions,
      SftpSettings sftp,
      Set<Protocol> protocols,
      PublishMode publish,
      Grant.Limits limits) {

    @Override
    public String toString() {
      return "account " + name;
    }
  }

  private final JdbcClient jdbc;

  AccountReader(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /**
   * @param fingerprint of a key that was offered; empty if none was
   */
  Optional<Found> find(LoginName name, String fingerprint) {
    return jdbc.sql(ACCOUNT)
        .param("fingerprint", fingerprint)
        .param("tenant", name.tenant())
        .param("username", name.username())
        .query((row, n) -> found(row, name))
        .optional();
  }

  /**
   * The chains that let an account in. Of an account that does not exist, those of its tenant; of
   * whom not even the tenant exists, the gateway's own.
   */
  AuthenticationMethods methods(LoginName name) {
    return jdbc.sql(METHODS)
        .param("tenant", name.tenant())
        .param("username", name.username())
        .query((row, _) -> methods(row))
        .optional()
        .orElse(AuthenticationMethods.DEFAULT);
  }

  private static Found found(ResultSet row, LoginName name) throws SQLException {
    Home home =
        new Home(
            RealPath.ROOT,
            row.getLong("home_store_id"),
            row.getString("store"),
            StoreKey.ofPlace(row.getString("home_path")));
    return new Found(
        row.getLong("id"),
        row.getLong("tenant_id"),
        name,
        !row.getString("status").equals("active"),
        instant(row, "expires_at"),
        networks(row.getArray("sources")),
        methods(row),
        hours(row),
        new Passwords(
            row.getString("password_hash"),
            instant(row, "password_end"),
            row.getString("previous_password_hash"),
            instant(row, "previous_password_until")),
        key(row),
        home,
        permissions(row.getArray("permissions")),
        sftp(row),
        strings(row.getArray("protocols")).stream()
            .map(p -> Protocol.valueOf(p.toUpperCase(Locale.ROOT)))
            .collect(Collectors.toSet()),
        publish(row.getString("publish")),
        new Grant.Limits(
            row.getObject("max_file_bytes", Long.class),
            row.getObject("sessions_limit", Long.class),
            row.getObject("tenant_sessions", Long.class),
            row.getObject("bytes_per_second_limit", Long.class),
            row.getObject("tenant_speed", Long.class)));
  }

  private static @Nullable Key key(ResultSet row) throws SQLException {
    Long id = row.getObject("key_id", Long.class);
    return id == null
        ? null
        : new Key(
            id,
            instant(row, "key_expires_at"),
            networks(row.getArray("key_sources")),
            new Narrowing(row.getBoolean("key_read_only"), path(row, "key_directory"), false));
  }

  private static AuthenticationMethods methods(ResultSet row) throws SQLException {
    Array chains = row.getArray("methods");
    return chains == null
        ? AuthenticationMethods.DEFAULT
        : AuthenticationMethods.of(strings(chains));
  }

  private static @Nullable AccessHours hours(ResultSet row) throws SQLException {
    String zone = row.getString("zone");
    return zone == null ? null : AccessHours.of(zone, strings(row.getArray("windows")));
  }

  private static @Nullable RealPath path(ResultSet row, String column) throws SQLException {
    String path = row.getString(column);
    return path == null ? null : RealPath.ofUnicode(path);
  }

  private static SftpSettings sftp(ResultSet row) throws SQLException {
    RealPath start = path(row, "sftp_start_directory");
    Array allowed = row.getArray("sftp_allow_requests");
    return new SftpSettings(
        row.getBoolean("sftp_read_only"),
        row.getObject("sftp_umask", Integer.class),
        start == null ? RealPath.ROOT : start,
        allowed == null ? null : Set.copyOf(strings(allowed)),
        Set.copyOf(strings(row.getArray("sftp_deny_requests"))));
  }

  private static PublishMode publish(String wireName) {
    return Arrays.stream(PublishMode.values())
        .filter(mode -> mode.wireName().equals(wireName))
        .findFirst()
        .orElseThrow();
  }

  private static Set<Permission> permissions(Array names) throws SQLException {
    return strings(names).stream()
        .map(n -> Permission.ofWireName(n).orElseThrow())
        .collect(Collectors.toSet());
  }

  private static List<SourceRange> networks(Array texts) throws SQLException {
    return strings(texts).stream().map(SourceRange::parse).toList();
  }

  private static List<String> strings(Array array) throws SQLException {
    return List.of((String[]) array.getArray());
  }

  private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
    Timestamp at = row.getTimestamp(column);
    return at == null ? null : at.toInstant();
  }

  /** The mounts of an account with the rule that stands on each. */
  record Mounted(Home home, AccessPolicy.Rule rule) {}

  List<Mounted> mounts(long accountId) {
    return jdbc.sql(MOUNTS)
        .param(accountId)
        .query(
            (row, n) -> {
              RealPath at = RealPath.ofUnicode(row.getString("path"));
              Home home =
                  new Home(
                      at,
                      row.getLong("store_id"),
                      row.getString("store"),
                      StoreKey.ofPlace(row.getString("prefix")));
              return new Mounted(
                  home, new AccessPolicy.Rule(at, permissions(row.getArray("permissions"))));
            })
        .list();
  }

  /** Remembers when an account, and the keys that let it in, were used. */
  void used(long accountId, Collection<Long> keyIds, Instant at) {
    Timestamp when = Timestamp.from(at);
    jdbc.sql("update account set last_login_at = ? where id = ?")
        .param(when)
        .param(accountId)
        .update();
    for (long keyId : keyIds) {
      jdbc.sql("update account_key set last_used_at = ? where id = ?")
          .param(when)
          .param(keyId)
          .update();
    }
  }

  static AccessPolicy policy(Found account, List<Mounted> mounts) {
    List<AccessPolicy.Rule> rules = new ArrayList<>();
    rules.add(new AccessPolicy.Rule(RealPath.ROOT, account.permissions()));
    mounts.forEach(mount -> rules.add(mount.rule()));
    return new AccessPolicy(rules, account.sftp().readOnly());
  }
}
