package io.quaymaster.ssh;

import io.quaymaster.credential.Totp;
import io.quaymaster.secret.SealPurpose;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.sshd.client.session.ClientSession;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** An account of a {@link TestGateway}, and the ways to act as it. */
final class TestAccount {
  static final String PASSWORD = "secret";

  private final TestGateway gateway;
  private final String login;
  private final Path home;
  private final OpenSshKeys key;

  private TestAccount(TestGateway gateway, String login, Path home, OpenSshKeys key) {
    this.gateway = gateway;
    this.login = login;
    this.home = home;
    this.key = key;
  }

  String login() {
    return login;
  }

  OpenSshKeys key() {
    return key;
  }

  /** OpenSSH's clients, with this account's key and a folder of their own. */
  OpenSsh openSsh() {
    return new OpenSsh(gateway.port(), login, gateway.scratch("openssh")).withKey(key);
  }

  /** Gives it an authenticator app that counts. */
  Totp enrol(Totp totp) {
    int at = login.lastIndexOf('@');
    String username = login.substring(0, at);
    String tenant = login.substring(at + 1);
    gateway
        .jdbc()
        .sql(
            "insert into account_totp (account_id, sealed_secret, created_at, confirmed_at)"
                + " select a.id, ?, now(), now() from account a join tenant t on t.id ="
                + " a.tenant_id where a.username = ? and t.name = ?")
        .param(gateway.seal().seal(totp.base32(), SealPurpose.totp(tenant, username)).bytes())
        .param(username)
        .param(tenant)
        .update();
    return totp;
  }

  /** Lets one more key in. */
  OpenSshKeys addKey(boolean readOnly, @Nullable String directory) {
    OpenSshKeys more = OpenSshKeys.generate(gateway.scratch("key"), "ed25519");
    gateway
        .jdbc()
        .sql(
            "insert into account_key (account_id, key_type, public_key, fingerprint, label,"
                + " sources, created_at, read_only, directory) select account_id, key_type, ?, ?,"
                + " 'more', sources, now(), ?, ? from account_key where fingerprint = ?")
        .param(more.publicKey())
        .param(more.fingerprint())
        .param(readOnly)
        .param(directory)
        .param(key.fingerprint())
        .update();
    return more;
  }

  /** An authenticated connection on which anything can be sent. */
  ClientSession connect() {
    return gateway.rawClient().login(gateway.port(), login, PASSWORD);
  }

  /** SFTP, message by message, on a connection of its own; INIT is done. */
  SftpWire wire() {
    return SftpWire.over(connect());
  }

  /** Where a file of this account's home really lies, if it does on disk. */
  Path file(String path) {
    return home.resolve(path);
  }

  void write(String path, String content) {
    write(path, content.getBytes(StandardCharsets.UTF_8));
  }

  /** Puts a file into the home, behind the gateway's back. */
  void write(String path, byte[] content) {
    gateway.backDoor().write(place(path), content);
  }

  /** What a file of the home holds, behind the gateway's back. */
  String read(String path) {
    return new String(gateway.backDoor().read(place(path)), StandardCharsets.UTF_8);
  }

  /** Where a file of this account's home lies, for the {@link BackDoor}. */
  String place(String path) {
    return gateway.stores().relativize(file(path)).toString();
  }

  /** What the ledger takes its home to hold. */
  long usedBytes() {
    return used("bytes_used");
  }

  long usedFiles() {
    return used("files_used");
  }

  private long used(String column) {
    return gateway
        .jdbc()
        .sql(
            "select "
                + column
                + " from quota_scope q join store s on s.id = q.store_id join tenant t on t.id ="
                + " s.tenant_id where t.name || '/' || s.name || '/' || q.path = ?")
        .param(place(""))
        .query(Long.class)
        .single();
  }

  /** Bytes of its home on the disk, each file once however many names it has. */
  long storedBytes() throws IOException {
    Map<Object, Long> sizes = new HashMap<>();
    try (Stream<Path> all = Files.walk(home)) {
      for (Path path : all.filter(TestAccount::isRealFile).toList()) {
        sizes.put(Files.getAttribute(path, "unix:ino"), Files.size(path));
      }
    }
    return sizes.values().stream().mapToLong(Long::longValue).sum();
  }

  private static boolean isRealFile(Path path) {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS);
  }

  /** Changes the account's row, for example {@code "status = 'suspended'"}. */
  void change(String assignment) {
    int at = login.lastIndexOf('@');
    gateway
        .jdbc()
        .sql(
            "update account a set "
                + assignment
                + " from tenant t where t.id = a.tenant_id and a.username = ? and t.name = ?")
        .params(login.substring(0, at), login.substring(at + 1))
        .update();
  }

  /** Everything that an account can be told at its birth; unsaid, it may do all. */
  static final class Setup {
    private record Mount(String path, String store, String prefix, List<String> permissions) {}

    private final TestGateway gateway;
    private final String login;
    private final String username;
    private final String tenant;
    private final Map<String, @Nullable Object> columns = new LinkedHashMap<>();
    private final List<Mount> mounts = new ArrayList<>();
    private String store = "main";
    private String home;
    private @Nullable Long limitBytes;
    private @Nullable Long limitFiles;
    private @Nullable Instant keyExpiresAt;
    private List<String> keySources = List.of();
    private String keyType = "ed25519";

    Setup(TestGateway gateway, String login) {
      this.gateway = gateway;
      this.login = login;
      int at = login.lastIndexOf('@');
      this.username = login.substring(0, at);
      this.tenant = login.substring(at + 1);
      this.home = "home/" + username;
      columns.put("status", "active");
      columns.put("password_hash", gateway.passwords().stored(PASSWORD));
      columns.put("publish", "immediate");
      columns.put("sftp_read_only", false);
      permissions("list,read,write,create,delete,rename,mkdir,rmdir,setattr,link");
      protocols("sftp,scp");
      array("sources", List.of());
      denyRequests();
    }

    private Setup set(String column, @Nullable Object value) {
      columns.put(column, value);
      return this;
    }

    private Setup array(String column, List<String> values) {
      return set(column, values.toArray(String[]::new));
    }

    /**
     * @param path in the store; other accounts may have it as theirs, or lie in it
     */
    Setup home(String storeName, String path) {
      this.store = storeName;
      this.home = path;
      return this;
    }

    Setup mount(String path, String storeName, String prefix, String permissions) {
      mounts.add(new Mount(path, storeName, prefix, List.of(permissions.split(","))));
      return this;
    }

    /** Of the home's place. */
    Setup limitBytes(long limit) {
      limitBytes = limit;
      return this;
    }

    Setup limitFiles(long limit) {
      limitFiles = limit;
      return this;
    }

    Setup maxFileBytes(long limit) {
      return set("max_file_bytes", limit);
    }

    Setup sessions(long limit) {
      return set("sessions_limit", limit);
    }

    Setup bytesPerSecond(long limit) {
      return set("bytes_per_second_limit", limit);
    }

    /** Chains; by default the tenant's. */
    Setup methods(String... chains) {
      return array("auth_methods", List.of(chains));
    }

    Setup hours(String zone, String... windows) {
      array("access_windows", List.of(windows));
      return set("access_zone", zone);
    }

    Setup passwordExpiresAt(Instant end) {
      return set("password_expires_at", Timestamp.from(end));
    }

    /** A password that lets in beside the other until a time. */
    Setup previousPassword(String password, Instant until) {
      set("previous_password_hash", gateway.passwords().stored(password));
      return set("previous_password_until", Timestamp.from(until));
    }

    Setup permissions(String commaSeparated) {
      return array("permissions", List.of(commaSeparated.split(",")));
    }

    Setup protocols(String commaSeparated) {
      return array("protocols", List.of(commaSeparated.split(",")));
    }

    Setup sources(String... networks) {
      return array("sources", List.of(networks));
    }

    Setup readOnly() {
      return set("sftp_read_only", true);
    }

    Setup umask(int umask) {
      return set("sftp_umask", umask);
    }

    Setup startDirectory(String path) {
      return set("sftp_start_directory", path);
    }

    Setup allowRequests(String... names) {
      return array("sftp_allow_requests", List.of(names));
    }

    Setup denyRequests(String... names) {
      return array("sftp_deny_requests", List.of(names));
    }

    Setup suspended() {
      return set("status", "suspended");
    }

    Setup expiresAt(Instant end) {
      return set("expires_at", Timestamp.from(end));
    }

    Setup noPassword() {
      return set("password_hash", null);
    }

    Setup keyExpiresAt(Instant end) {
      keyExpiresAt = end;
      return this;
    }

    Setup keySources(String... networks) {
      keySources = List.of(networks);
      return this;
    }

    /**
     * @param type as ssh-keygen's {@code -t}
     */
    Setup keyType(String type) {
      keyType = type;
      return this;
    }

    TestAccount create() {
      JdbcClient jdbc = gateway.jdbc();
      long tenantId = tenant(jdbc);
      long storeId = store(jdbc, tenantId, store);
      place(jdbc, tenantId, storeId);
      columns.put("tenant_id", tenantId);
      columns.put("username", username);
      columns.put("home_store_id", storeId);
      columns.put("home_path", home);
      long id = insert(jdbc);
      for (Mount mount : mounts) {
        jdbc.sql(
                "insert into account_mount (account_id, position, path, store_id, prefix,"
                    + " permissions) values (?, ?, ?, ?, ?, ?)")
            .params(
                id,
                mounts.indexOf(mount),
                mount.path(),
                store(jdbc, tenantId, mount.store()),
                mount.prefix(),
                mount.permissions().toArray(String[]::new))
            .update();
      }
      OpenSshKeys key = OpenSshKeys.generate(gateway.scratch("key"), keyType);
      authorise(jdbc, id, key);
      Path folder = gateway.stores().resolve(tenant).resolve(store).resolve(home);
      return new TestAccount(gateway, login, folder, key);
    }

    private long tenant(JdbcClient jdbc) {
      jdbc.sql(
              "insert into tenant (name, display_name, created_at, updated_at, version)"
                  + " values (?, ?, now(), now(), 0) on conflict do nothing")
          .params(tenant, tenant)
          .update();
      long id =
          jdbc.sql("select id from tenant where name = ?").param(tenant).query(Long.class).single();
      jdbc.sql("insert into quota_scope (tenant_id) values (?) on conflict do nothing")
          .param(id)
          .update();
      return id;
    }

    private long store(JdbcClient jdbc, long tenantId, String name) {
      gateway.backDoor().makeStore(jdbc, tenantId, tenant, name);
      return jdbc.sql("select id from store where tenant_id = ? and name = ?")
          .params(tenantId, name)
          .query(Long.class)
          .single();
    }

    private void place(JdbcClient jdbc, long tenantId, long storeId) {
      jdbc.sql(
              "insert into quota_scope (tenant_id, store_id, path, bytes_limit, files_limit)"
                  + " values (?, ?, ?, ?, ?) on conflict do nothing")
          .param(tenantId)
          .param(storeId)
          .param(home)
          .param(limitBytes)
          .param(limitFiles)
          .update();
    }

    private long insert(JdbcClient jdbc) {
      String names = String.join(", ", columns.keySet());
      String marks = String.join(", ", columns.keySet().stream().map(_ -> "?").toList());
      return jdbc.sql(
              "insert into account (%s, created_at, updated_at, version) values (%s, now(), now(), 0) returning id"
                  .formatted(names, marks))
          .params(new ArrayList<>(columns.values()))
          .query(Long.class)
          .single();
    }

    private void authorise(JdbcClient jdbc, long accountId, OpenSshKeys key) {
      jdbc.sql(
              "insert into account_key (account_id, key_type, public_key, fingerprint, label,"
                  + " expires_at, sources, created_at) values (?, ?, ?, ?, 'test', ?, ?, now())")
          .param(accountId)
          .param(key.publicKey().substring(0, key.publicKey().indexOf(' ')))
          .param(key.publicKey())
          .param(key.fingerprint())
          .param(keyExpiresAt == null ? null : Timestamp.from(keyExpiresAt))
          .param(keySources.toArray(String[]::new))
          .update();
    }
  }
}
