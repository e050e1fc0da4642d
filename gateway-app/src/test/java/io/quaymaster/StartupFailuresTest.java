package io.quaymaster;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.db.TestDatabase;
import io.quaymaster.process.DataFolder;
import io.quaymaster.process.HostKeys;
import io.quaymaster.process.TlsPair;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What a person reads when the gateway cannot start, in this JVM; {@code StartupFailuresIT} sees
 * the same of the process.
 */
class StartupFailuresTest {
  /** Made once: an RSA key takes most of a second. */
  @TempDir static Path hostKeys;

  @TempDir Path folder;

  @BeforeAll
  static void makeHostKeys() {
    HostKeys.ownedIn(hostKeys);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"quaymaster.ssh.port", "quaymaster.admin.port", "quaymaster.management.port"})
  void aPortInUse(String setting) throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      refuses(
          gateway().with(setting, Integer.toString(other.getLocalPort())),
          "port " + other.getLocalPort() + " on 127.0.0.1 cannot be used",
          "another program listens there",
          setting.toUpperCase(Locale.ROOT).replace('.', '_'));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"quaymaster.tls", "quaymaster.management.tls"})
  void tlsFilesThatAreNoPair(String tls) throws Exception {
    TlsPair one = TlsPair.generate("EC");
    Path certificate = folder.resolve("tls.crt");
    Path key = folder.resolve("tls.key");
    one.writeCertificate(certificate);
    String certificates = tls + ".certificate";
    String keys = tls + ".private-key";

    refuses(
        gateway().with(certificates, certificate.toString()),
        "The setting " + certificates + " is given and " + keys + " is not");
    refuses(
        gateway().with(keys, key.toString()),
        "The setting " + keys + " is given and " + certificates + " is not");
    Start both = gateway().with(certificates, certificate.toString()).with(keys, key.toString());
    refuses(both, "The TLS private key cannot be read from " + key + ": no such file");
    Files.writeString(key, "-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n");
    refuses(both, "The file " + key + " holds no private key in PEM");
    for (String algorithm : List.of("EC", "RSA")) {
      TlsPair.generate(algorithm).writeKey(key);
      refuses(both, "The TLS private key in " + key + " does not belong to the certificate");
    }
    one.writeKey(key);
    Files.writeString(certificate, "nonsense");
    refuses(both, "The file " + certificate + " holds no certificate in PEM");
    Files.delete(certificate);
    refuses(both, "The TLS certificate cannot be read from " + certificate + ": no such file");
  }

  @Test
  void anAddressThatTheMachineLacks() {
    refuses(gateway().with("quaymaster.bind", "192.0.2.1"), "no such address", "QUAYMASTER_BIND");
  }

  @Test
  void aDataFolderThatIsAFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");

    refuses(gateway().with("quaymaster.data-dir", file.toString()), "is not a folder");
  }

  @Test
  void aDataFolderThatCannotBeWritten() throws IOException {
    // Modes don't stop root, but /proc does.
    Path locked =
        System.getProperty("user.name").equals("root")
            ? Path.of("/proc/quaymaster")
            : Files.createDirectory(
                    folder.resolve("locked"),
                    PosixFilePermissions.asFileAttribute(
                        PosixFilePermissions.fromString("r-x------")))
                .resolve("data");

    refuses(
        gateway().with("quaymaster.data-dir", locked.toString()),
        "data folder " + locked + " cannot be written",
        "QUAYMASTER_DATA_DIR");
  }

  @Test
  void aDataFolderThatAnotherGatewayUses() {
    try (DataFolder other = DataFolder.open(folder.resolve("data"))) {
      refuses(
          gateway(),
          other.path() + " is used by another gateway",
          "process " + ProcessHandle.current().pid());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          quaymaster.ssh.port         | abc   | quaymaster.ssh.port is 'abc'. Expected: a whole number
          quaymaster.ssh.port         | 70000 | quaymaster.ssh.port is 70000. Allowed: 0 to 65535
          quaymaster.ssh.auth-timeout | 0s    | quaymaster.ssh.auth-timeout is 0s. Allowed: 1s to 60m
          quaymaster.shs.port         | 2022  | quaymaster.shs.port (did you mean quaymaster.ssh.port?)
          quaymaster.bind             | [::   | quaymaster.bind is '[::'
          server.shutdown             | now   | setting server.shutdown is wrong
          """)
  void aBrokenSetting(String variable, String value, String expected) {
    refuses(gateway().with(variable, value), expected);
  }

  @Test
  void noDatabaseThere() throws IOException {
    int closed;
    try (ServerSocket socket = new ServerSocket(0)) {
      closed = socket.getLocalPort();
    }

    refuses(
        gateway()
            .with(
                "spring.datasource.url",
                "jdbc:postgresql://localhost:%d/q?password=hush".formatted(closed)),
        "jdbc:postgresql://localhost:%d/q cannot be reached".formatted(closed));
    refuses(
        gateway().with("spring.datasource.url", "jdbc:h2:mem:q"),
        "must start with jdbc:postgresql://");
  }

  @Test
  void aDatabaseThatDoesNotLetUsIn() {
    try (TestDatabase database = TestDatabase.empty()) {
      refuses(
          on(database).with("spring.datasource.password", "wrong one"),
          "the user name or the password is wrong",
          "SPRING_DATASOURCE_PASSWORD");
      refuses(
          on(database).with("spring.datasource.url", database.url() + "_not"),
          "does not exist on that server");
    }
  }

  @Test
  void aSchemaThatIsBehind() {
    try (TestDatabase database = TestDatabase.empty()) {
      refuses(
          on(database).with("quaymaster.database.migrate", "false"),
          "schema of the database is too old",
          "QUAYMASTER_DATABASE_MIGRATE");
    }
  }

  @Test
  void aMigrationThatFails() throws Exception {
    try (TestDatabase database = TestDatabase.empty()) {
      database.execute("create table somebody_elses (id bigint)");

      refuses(on(database), "could not be brought up to date", "non-empty schema");
    }
  }

  @Test
  void aHostKeyThatIsBrokenOrOpenOrMissing() throws IOException {
    Path keys = Files.createDirectories(folder.resolve("data").resolve("host-keys"));
    Path broken = Files.writeString(keys.resolve("ssh_host_ed25519_key"), "not a key");

    refuses(
        gateway().with("quaymaster.ssh.host-key-dir", ""),
        broken + " is open to others",
        "chmod 600");

    Files.setPosixFilePermissions(broken, PosixFilePermissions.fromString("rw-------"));
    refuses(
        gateway().with("quaymaster.ssh.host-key-dir", ""),
        broken + " cannot be used",
        "not replaced");
    assertThat(broken).hasContent("not a key");

    refuses(
        gateway()
            .with(
                "quaymaster.ssh.host-key-dir",
                Files.createDirectory(folder.resolve("k")).toString()),
        "There is no host key in");
  }

  @Test
  void aListenerWithoutWhatItNeeds() throws IOException {
    refuses(
        gateway()
            .with("quaymaster.ssh.listeners[0].name", "old")
            .with("quaymaster.ssh.listeners[0].algorithms", "legacy"),
        "quaymaster.ssh.listeners[0].sources is empty",
        "Name the networks");

    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      refuses(
          gateway()
              .with("quaymaster.ssh.listeners[0].name", "old")
              .with("quaymaster.ssh.listeners[0].port", Integer.toString(taken.getLocalPort())),
          "another program listens there",
          "quaymaster.ssh.listeners[0].port");
    }

    Path onlyEcdsa = Files.createDirectory(folder.resolve("only-ecdsa"));
    Files.copy(
        hostKeys.resolve("ssh_host_ecdsa_key"),
        onlyEcdsa.resolve("ssh_host_ecdsa_key"),
        StandardCopyOption.COPY_ATTRIBUTES);
    try (TestDatabase database = TestDatabase.empty()) {
      refuses(
          on(database).with("quaymaster.ssh.host-key-dir", onlyEcdsa.toString()),
          "The listener main has no host key",
          "ssh-ed25519");
    }
  }

  @Test
  void anAdminTokenThatIsNone() {
    refuses(
        gateway().with("quaymaster.admin.token", "fifteen-letters"),
        "QUAYMASTER_ADMIN_TOKEN must have 16 to 512 characters");
    refuses(
        gateway().with("quaymaster.admin.token", "with spaces in it, which no header can carry"),
        "without spaces");
    refuses(
        gateway().with("quaymaster.admin.token-file", "/nowhere/token"),
        "cannot be read from /nowhere/token: no such file");
  }

  /** Settings as they would stand on a command line. */
  private record Start(Map<String, String> settings) {
    Start with(String setting, String value) {
      Map<String, String> more = new LinkedHashMap<>(settings);
      more.put(setting, value);
      return new Start(more);
    }

    String[] words() {
      return settings.entrySet().stream()
          .map(e -> "--" + e.getKey() + "=" + e.getValue())
          .toArray(String[]::new);
    }
  }

  private Start gateway() {
    return new Start(Map.of())
        .with("quaymaster.data-dir", folder.resolve("data").toString())
        .with("quaymaster.ssh.host-key-dir", hostKeys.toString())
        .with("quaymaster.ssh.port", "0")
        .with("quaymaster.admin.port", "0")
        .with("quaymaster.management.port", "0");
  }

  private Start on(TestDatabase database) {
    return gateway()
        .with("spring.datasource.url", database.url())
        .with("spring.datasource.username", database.username())
        .with("spring.datasource.password", database.password());
  }

  private static void refuses(Start start, String... says) {
    ByteArrayOutputStream written = new ByteArrayOutputStream();
    PrintStream out = System.out;
    PrintStream err = System.err;
    Throwable failure;
    try (PrintStream both = new PrintStream(written, true, StandardCharsets.UTF_8)) {
      System.setOut(both);
      System.setErr(both);
      failure = failureOf(start);
    } finally {
      System.setOut(out);
      System.setErr(err);
    }

    assertThat(failure).as("it started").isNotNull();
    assertThat(written.toString(StandardCharsets.UTF_8))
        .startsWith("Quaymaster cannot start. ")
        .contains(says)
        .doesNotContain("\tat ", "Exception", "hush", "wrong one", "fifteen-letters");
  }

  private static @Nullable Throwable failureOf(Start start) {
    try {
      Quaymaster.start(start.words()).close();
      return null;
    } catch (RuntimeException failure) {
      return failure;
    }
  }
}
