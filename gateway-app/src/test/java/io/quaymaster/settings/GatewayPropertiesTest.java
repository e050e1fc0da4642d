package io.quaymaster.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.MutablePropertySources;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.core.io.ClassPathResource;
import org.springframework.util.unit.DataSize;

class GatewayPropertiesTest {
  private static final GatewayProperties DEFAULTS =
      new GatewayProperties(
          "./data",
          "127.0.0.1",
          false,
          new GatewayProperties.Ssh(
              2022,
              null,
              null,
              DataSize.ofMegabytes(4),
              DataSize.ofKilobytes(64),
              DataSize.ofKilobytes(128),
              Duration.ofMinutes(2),
              Duration.ofSeconds(30),
              Duration.ofMinutes(15),
              6,
              100,
              8,
              AlgorithmPolicy.MODERN,
              List.of(),
              List.of()),
          new AdmissionProperties(
              50,
              30,
              25,
              32,
              64,
              20,
              200,
              List.of(),
              List.of(),
              Duration.ofSeconds(5),
              new AdmissionProperties.Penalties(
                  true,
                  Duration.ofSeconds(5),
                  Duration.ofSeconds(1),
                  Duration.ofSeconds(10),
                  Duration.ofSeconds(90),
                  Duration.ofSeconds(15),
                  Duration.ofMinutes(1),
                  Duration.ofMinutes(10),
                  Duration.ofMinutes(30),
                  65_536)),
          new KeepAliveProperties(Duration.ofMinutes(1), 3),
          new GatewayProperties.Drain(Duration.ZERO, Duration.ofSeconds(20)),
          new AdminProperties(
              8080,
              null,
              null,
              new AdminProperties.WrongTokens(20, 20),
              new OidcProperties(
                  null,
                  null,
                  null,
                  Duration.ofSeconds(30),
                  "sub",
                  "roles",
                  "tenant",
                  new OidcProperties.Roles(List.of(), List.of(), List.of(), List.of()))),
          new GatewayProperties.Management(8081, new TlsSettings(null, null)),
          new TlsSettings(null, null),
          new GatewayProperties.Database(true, null),
          new GatewayProperties.Sftp(1024, DataSize.ofKilobytes(256)),
          new GatewayProperties.Files(List.of()),
          new GatewayProperties.S3(
              DataSize.ofMegabytes(256),
              DataSize.ofMegabytes(32),
              DataSize.ofMegabytes(256),
              DataSize.ofMegabytes(32),
              Duration.ofMinutes(1),
              Duration.ofDays(7),
              Duration.ofHours(1),
              Duration.ofHours(24)),
          new SealSettings(null, null, null, List.of(), Duration.ofMinutes(1)),
          new AuditSettings(
              null, null, List.of(), 1000, Duration.ofMinutes(1), Duration.ofDays(400)),
          new GatewayProperties.Quota(
              DataSize.ofMegabytes(1),
              DataSize.ofMegabytes(64),
              Duration.ofMillis(250),
              Duration.ofSeconds(5),
              Duration.ofSeconds(5),
              Duration.ofSeconds(30),
              Duration.ofSeconds(30),
              DataSize.ofMegabytes(256)),
          new GatewayProperties.PasswordHashing(
              Runtime.getRuntime().availableProcessors(), 64, Duration.ofSeconds(10)));

  @Test
  void allDefaults() {
    assertThat(Settings.read(environment())).isEqualTo(DEFAULTS);
    assertThat(DEFAULTS.localRoots())
        .containsExactly(Path.of("data/stores").toAbsolutePath().normalize());
  }

  @Test
  void theManualSaysTheDefaultOfEverySetting() throws IOException {
    PropertySource<?> manual =
        new YamlPropertySourceLoader()
            .load("manual", new ClassPathResource("application.yaml"))
            .getFirst();
    StandardEnvironment environment = environment();
    environment.getPropertySources().addLast(manual);

    assertThat(Settings.read(environment)).isEqualTo(DEFAULTS);
    TreeSet<String> described = new TreeSet<>();
    for (String name : ((EnumerablePropertySource<?>) manual).getPropertyNames()) {
      if (name.startsWith("quaymaster.")) {
        described.add(name);
      }
    }
    assertThat(described).containsExactlyInAnyOrderElementsOf(new KnownSettings().names());
  }

  @Test
  void variablesOfTheContract() {
    GatewayProperties settings =
        Settings.read(
            variables(
                Map.of(
                    "QUAYMASTER_DATA_DIR", "/srv/q",
                    "QUAYMASTER_SSH_PORT", "1",
                    "QUAYMASTER_ADMIN_PORT", "2",
                    "QUAYMASTER_MANAGEMENT_PORT", "3",
                    "QUAYMASTER_BIND", "0.0.0.0",
                    "QUAYMASTER_ADMIN_TOKEN", "a secret",
                    "QUAYMASTER_ADMIN_TOKEN_FILE", "/run/token",
                    "QUAYMASTER_FILES_LOCAL_ROOTS", "/a,/b")));
    GatewayProperties sealing =
        Settings.read(
            variables(
                Map.of(
                    "QUAYMASTER_SEAL_KEY", "a sealing secret",
                    "QUAYMASTER_SEAL_KEY_FILE", "/run/seal")));

    assertThat(settings.dataFolder()).isEqualTo(Path.of("/srv/q"));
    assertThat(settings.ssh().port()).isEqualTo(1);
    assertThat(settings.admin().port()).isEqualTo(2);
    assertThat(settings.management().port()).isEqualTo(3);
    assertThat(settings.bind()).isEqualTo("0.0.0.0");
    assertThat(settings.admin().token()).isEqualTo("a secret");
    assertThat(settings.admin().tokenFile()).isEqualTo("/run/token");
    assertThat(settings.localRoots()).containsExactly(Path.of("/a"), Path.of("/b"));
    assertThat(settings.toString()).doesNotContain("a secret");
    assertThat(sealing.seal().key()).isEqualTo("a sealing secret");
    assertThat(sealing.seal().keyFile()).isEqualTo("/run/seal");
    assertThat(sealing.toString()).doesNotContain("a sealing secret");
  }

  @Test
  void furtherListeners() {
    List<ListenerSettings> listeners =
        List.of(
            new ListenerSettings("old", 2222, null, AlgorithmPolicy.MODERN, List.of(), "acme"),
            new ListenerSettings(
                "older",
                2222,
                "127.0.0.2",
                AlgorithmPolicy.LEGACY,
                List.of("10.0.0.0/8", "::1"),
                null));
    Map<String, Object> properties = new LinkedHashMap<>();
    properties.put("quaymaster.ssh.listeners[0].name", "old");
    properties.put("quaymaster.ssh.listeners[0].port", "2222");
    properties.put("quaymaster.ssh.listeners[0].default-tenant", "acme");
    properties.put("quaymaster.ssh.listeners[1].name", "older");
    properties.put("quaymaster.ssh.listeners[1].port", "2222");
    properties.put("quaymaster.ssh.listeners[1].bind", "127.0.0.2");
    properties.put("quaymaster.ssh.listeners[1].algorithms", "legacy");
    properties.put("quaymaster.ssh.listeners[1].sources[0]", "10.0.0.0/8");
    properties.put("quaymaster.ssh.listeners[1].sources[1]", "::1");
    assertThat(Settings.read(properties(properties)).ssh().listeners()).isEqualTo(listeners);

    Map<String, Object> variables = new LinkedHashMap<>();
    variables.put("QUAYMASTER_SSH_LISTENERS_0_NAME", "old");
    variables.put("QUAYMASTER_SSH_LISTENERS_0_PORT", "2222");
    variables.put("QUAYMASTER_SSH_LISTENERS_0_DEFAULT_TENANT", "acme");
    variables.put("QUAYMASTER_SSH_LISTENERS_1_NAME", "older");
    variables.put("QUAYMASTER_SSH_LISTENERS_1_PORT", "2222");
    variables.put("QUAYMASTER_SSH_LISTENERS_1_BIND", "127.0.0.2");
    variables.put("QUAYMASTER_SSH_LISTENERS_1_ALGORITHMS", "legacy");
    variables.put("QUAYMASTER_SSH_LISTENERS_1_SOURCES", "10.0.0.0/8,::1");
    assertThat(Settings.read(variables(variables)).ssh().listeners()).isEqualTo(listeners);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          quaymaster.ssh.algorithms=legacy                                    | quaymaster.ssh.sources is empty
          quaymaster.ssh.algorithms=strong                                    | is 'strong'. Expected: modern, fips-like, legacy
          quaymaster.ssh.sources=10.0.0.1/8                                   | quaymaster.ssh.sources is '10.0.0.1/8', which has bits set
          quaymaster.ssh.listeners[0].port=1                                  | quaymaster.ssh.listeners[0].name is ''
          quaymaster.ssh.listeners[0].name=main                               | is not main
          quaymaster.ssh.listeners[0].name=a;…port=70000                      | quaymaster.ssh.listeners[0].port is 70000
          quaymaster.ssh.listeners[0].name=a;…port=2022                       | quaymaster.ssh.port and quaymaster.ssh.listeners[0].port are both 2022
          quaymaster.ssh.listeners[0].name=a;…port=8080;…bind=127.0.0.1       | quaymaster.admin.port and quaymaster.ssh.listeners[0].port are both 8080
          quaymaster.ssh.listeners[0].name=a;…bind=[::                        | quaymaster.ssh.listeners[0].bind is '[::'
          quaymaster.ssh.listeners[0].name=a;…default-tenant=A B              | quaymaster.ssh.listeners[0].default-tenant is 'A B'
          quaymaster.ssh.listeners[0].name=a;…sources[0]=here                 | quaymaster.ssh.listeners[0].sources is 'here'
          quaymaster.ssh.listeners[0].name=a;…algorithms=legacy               | quaymaster.ssh.listeners[0].sources is empty
          quaymaster.ssh.listeners[0].name=a;quaymaster.ssh.listeners[1].name=a | quaymaster.ssh.listeners[1].name is a again
          quaymaster.ssh.listeners[0].name=a;…prot=1                          | Unknown setting: quaymaster.ssh.listeners[0].prot (did you mean quaymaster.ssh.listeners[0].port?)
          """)
  void aListenerThatCannotBe(String settings, String complaint) {
    Map<String, Object> properties = new LinkedHashMap<>();
    for (String setting : settings.replace("…", "quaymaster.ssh.listeners[0].").split(";", -1)) {
      int equals = setting.indexOf('=');
      properties.put(setting.substring(0, equals), setting.substring(equals + 1));
    }
    assertThatThrownBy(() -> Settings.read(properties(properties)))
        .isInstanceOf(SettingsRefused.class)
        .hasMessageContaining(complaint);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      nullValues = "-",
      value = {
        "issuer|-|is empty",
        "jwk-set-uri|-|is empty",
        "audience|-|is empty",
        "roles-claim|' '|is empty",
        "roles.auditor|-|quaymaster.admin.oidc.roles is empty",
        "roles.tenant-admin|readers|as for another role",
        "jwk-set-uri|http://id.example.com/keys|Allowed: an https URL",
        "jwk-set-uri|http://127.0.0.1.example.com/keys|Allowed: an https URL",
        "jwk-set-uri|https://me:secret@id.example.com/keys|Allowed: an https URL",
        "jwk-set-uri|file:///etc/keys|Allowed: an https URL",
        "jwk-set-uri|keys here|Allowed: an https URL"
      })
  void anIdentityProviderThatCannotBe(String name, @Nullable String value, String complaint) {
    Map<String, Object> settings = provider();
    String setting = "quaymaster.admin.oidc." + name;
    if (value == null) {
      settings.remove(setting);
    } else {
      settings.put(setting, value);
    }
    assertThatThrownBy(() -> Settings.read(properties(settings)))
        .isInstanceOf(SettingsRefused.class)
        .hasMessageContaining("quaymaster.admin.oidc.")
        .hasMessageContaining(complaint);
  }

  @Test
  void anIdentityProviderHasItsKeysAtHomeOrBehindTls() {
    Map<String, Object> settings = provider();
    assertThat(Settings.read(properties(settings)).admin().oidc().issuer())
        .isEqualTo("https://id.example.com");
    for (String local : List.of("http://127.0.0.1:9/k", "http://[::1]/k", "http://localhost/k")) {
      settings.put("quaymaster.admin.oidc.jwk-set-uri", local);
      assertThat(Settings.read(properties(settings)).admin().oidc().jwkSetUri()).isEqualTo(local);
    }
  }

  private static Map<String, Object> provider() {
    return new LinkedHashMap<>(
        Map.of(
            "quaymaster.admin.oidc.issuer", "https://id.example.com",
            "quaymaster.admin.oidc.jwk-set-uri", "https://id.example.com/keys",
            "quaymaster.admin.oidc.audience", "quaymaster",
            "quaymaster.admin.oidc.roles.auditor", "readers"));
  }

  @Test
  void everySettingHasAVariable() {
    for (String name : new KnownSettings().names()) {
      String variable = KnownSettings.variable(name);

      assertThat(new KnownSettings().complaintsAbout(variables(Map.of(variable, "x"))))
          .as(variable)
          .isEmpty();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "quaymaster.ssh.prot, quaymaster.ssh.port",
    "quaymaster.data-dirs, quaymaster.data-dir",
    "quaymaster.ssh.port.number, quaymaster.ssh.port",
    "quaymaster.files.local-root[0], quaymaster.files.local-roots",
    "quaymaster.quota.firstblok, quaymaster.quota.first-block"
  })
  void anUnknownNameIsRefusedWithTheNearest(String name, String nearest) {
    assertThatThrownBy(() -> Settings.read(properties(Map.of(name, "x"))))
        .isInstanceOf(SettingsRefused.class)
        .hasMessage("Unknown setting: %s (did you mean %s?).", name, nearest);
  }

  @ParameterizedTest
  @CsvSource({
    "QUAYMASTER_SSH_PROT, QUAYMASTER_SSH_PORT",
    "QUAYMASTER_SSHPORT, QUAYMASTER_SSH_PORT",
    "QUAYMASTER_FILES_LOCAL_ROOT_0, QUAYMASTER_FILES_LOCAL_ROOTS"
  })
  void anUnknownVariableIsRefusedWithTheNearest(String name, String nearest) {
    assertThatThrownBy(() -> Settings.read(variables(Map.of(name, "x"))))
        .isInstanceOf(SettingsRefused.class)
        .hasMessage("Unknown setting: %s (did you mean %s?).", name, nearest);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "QUAYMASTER_SERVICE_HOST",
        "QUAYMASTER_ADMIN_SERVICE_PORT_HTTP",
        "QUAYMASTER_PORT",
        "QUAYMASTER_PORT_2022_TCP_ADDR"
      })
  void serviceLinksOfKubernetesAreNotOurs(String name) {
    assertThat(Settings.read(variables(Map.of(name, "tcp://10.0.0.1:2022")))).isEqualTo(DEFAULTS);
  }

  @ParameterizedTest
  @CsvSource({
    "quaymaster.ssh.port, -1",
    "quaymaster.admin.port, 65536",
    "quaymaster.management.port, 2022",
    "quaymaster.ssh.default-tenant, Not A Name",
    "quaymaster.ssh.window, 1KB",
    "quaymaster.ssh.max-packet, 256KB",
    "quaymaster.ssh.read-buffer, 1GB",
    "quaymaster.ssh.auth-timeout, 0s",
    "quaymaster.ssh.idle-timeout, 2d",
    "quaymaster.ssh.max-auth-tries, 0",
    "quaymaster.ssh.max-unauthenticated, 0",
    "quaymaster.ssh.max-channels-per-session, 0",
    "quaymaster.sftp.max-handles, 0",
    "quaymaster.admission.early-drop-from, -1",
    "quaymaster.admission.early-drop-percent, 101",
    "quaymaster.admission.max-unauthenticated-per-source, 0",
    "quaymaster.admission.ipv4-prefix, 33",
    "quaymaster.admission.ipv6-prefix, 129",
    "quaymaster.admission.handshakes-per-second, 0",
    "quaymaster.admission.handshake-burst, 0",
    "quaymaster.admission.exempt-networks, 203.0.113.1/24",
    "quaymaster.admission.proxies, the office",
    "quaymaster.admission.proxy-header-timeout, 0s",
    "quaymaster.admission.penalties.auth-failed, -1s",
    "quaymaster.admission.penalties.longest, 1m",
    "quaymaster.admission.penalties.forget-after, 0s",
    "quaymaster.admission.penalties.max-tracked, 0",
    "quaymaster.admin.wrong-tokens.per-minute, 0",
    "quaymaster.admin.wrong-tokens.tries-per-second, 0",
    "quaymaster.admin.oidc.clock-skew, 6m",
    "quaymaster.keep-alive.interval, 2h",
    "quaymaster.keep-alive.count, 0",
    "quaymaster.sftp.max-packet, 33KB",
    "quaymaster.s3.upload-memory, 31MB",
    "quaymaster.s3.upload-memory-per-file, 9MB",
    "quaymaster.s3.download-memory, 15MB",
    "quaymaster.s3.download-memory-per-file, 1KB",
    "quaymaster.s3.patience, 0s",
    "quaymaster.s3.partials-expire-after, 0s",
    "quaymaster.s3.sweep-interval, 25h",
    "quaymaster.s3.orphans-abort-after, 0s",
    "quaymaster.quota.journal, 10KB",
    "quaymaster.ssh.stalled-timeout, 0s",
    "quaymaster.quota.first-block, 65MB",
    "quaymaster.quota.settle-interval, 2s",
    "quaymaster.quota.lease-idle, 0s",
    "quaymaster.quota.heartbeat, 0s",
    "quaymaster.quota.dead-after, 14s",
    "quaymaster.password-hashing.at-once, -1",
    "quaymaster.password-hashing.queue, -1",
    "quaymaster.password-hashing.max-wait, 0s",
    "quaymaster.database.migrate, perhaps",
    "quaymaster.ssh.window, 4 apples",
    "quaymaster.quota.heartbeat, soon"
  })
  void aValueOutOfBoundsIsRefused(String name, String value) {
    assertThatThrownBy(() -> Settings.read(properties(Map.of(name, value))))
        .isInstanceOf(SettingsRefused.class)
        .hasMessageContaining(name.startsWith("quaymaster.quota.first") ? "quota" : name);
  }

  /** Without the variables and properties of whoever runs the tests. */
  private static StandardEnvironment environment() {
    return new StandardEnvironment() {
      @Override
      protected void customizePropertySources(MutablePropertySources sources) {}
    };
  }

  private static StandardEnvironment properties(Map<String, Object> values) {
    StandardEnvironment environment = environment();
    environment.getPropertySources().addFirst(new MapPropertySource("test", values));
    return environment;
  }

  private static StandardEnvironment variables(Map<String, Object> values) {
    StandardEnvironment environment = environment();
    environment
        .getPropertySources()
        .addFirst(
            new SystemEnvironmentPropertySource(
                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                new LinkedHashMap<>(values)));
    return environment;
  }
}
