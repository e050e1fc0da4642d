package io.quaymaster.settings;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * All settings below {@code quaymaster.}; application.yaml is their manual. A value out of bounds
 * is refused when the record is made.
 *
 * @param dataDir embedded database, host keys, generated secrets, default local stores; a relative
 *     path starts at the working directory
 * @param bind address that the SSH, admin and management ports listen on
 * @param tls of the admin port, and of the management port unless that has its own
 * @param demo whether a tenant and an account to try are made at start-up
 */
@ConfigurationProperties("quaymaster")
public record GatewayProperties(
    @DefaultValue("./data") String dataDir,
    @DefaultValue("127.0.0.1") String bind,
    @DefaultValue("false") boolean demo,
    @DefaultValue Ssh ssh,
    @DefaultValue AdmissionProperties admission,
    @DefaultValue KeepAliveProperties keepAlive,
    @DefaultValue Drain drain,
    @DefaultValue AdminProperties admin,
    @DefaultValue Management management,
    @DefaultValue TlsSettings tls,
    @DefaultValue Database database,
    @DefaultValue Sftp sftp,
    @DefaultValue Files files,
    @DefaultValue S3 s3,
    @DefaultValue SealSettings seal,
    @DefaultValue AuditSettings audit,
    @DefaultValue Quota quota,
    @DefaultValue PasswordHashing passwordHashing) {

  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration HOUR = Duration.ofHours(1);
  private static final Duration DAY = Duration.ofDays(1);
  private static final DataSize KB = DataSize.ofKilobytes(1);
  private static final DataSize MB = DataSize.ofMegabytes(1);
  private static final DataSize GB = DataSize.ofGigabytes(1);

  public GatewayProperties {
    if (dataDir.isBlank()) {
      throw Bounds.refused("quaymaster.data-dir", "empty", "the path of a folder");
    }
    Bounds.address("quaymaster.bind", bind);
    checkPortsDiffer(ssh.port(), admin.port(), management.port());
    checkListenersDiffer(bind, ssh, admin.port(), management.port());
    tls.check("quaymaster.tls");
    management.tls().check("quaymaster.management.tls");
  }

  /** TLS of the management port: its own, else that of the admin port. */
  public TlsSettings managementTls() {
    return management.tls().pair() == null ? tls : management.tls();
  }

  public Path dataFolder() {
    return Path.of(dataDir).toAbsolutePath().normalize();
  }

  /** The folders that local stores may lie in: those of {@link Files}, else one of our own. */
  public List<Path> localRoots() {
    return files.localRoots().isEmpty()
        ? List.of(dataFolder().resolve("stores"))
        : files.localRoots().stream().map(r -> Path.of(r).toAbsolutePath().normalize()).toList();
  }

  /**
   * The SSH port and what a connection may cost.
   *
   * @param port 0: any free one
   * @param defaultTenant whose a login name without {@code @tenant} is; null: nobody's
   * @param hostKeyDir folder with host keys, read and never written; null: our own
   * @param window what a client may send ahead on a channel before the store has taken it
   * @param maxPacket largest SSH packet that a client may send on a channel
   * @param readBuffer borrowed by a connection while more than a little arrives
   * @param stalledTimeout a client that takes no byte for so long is disconnected
   * @param authTimeout from the connection to the successful login, key exchange included
   * @param idleTimeout without any packet
   * @param maxAuthTries failed proofs before the connection is closed
   * @param maxUnauthenticated connections at once that have not logged in
   * @param maxChannelsPerSession open at once
   * @param algorithms of the main port
   * @param sources networks that may connect to the main port; empty: all
   * @param listeners further ports
   */
  public record Ssh(
      @DefaultValue("2022") int port,
      @Nullable String defaultTenant,
      @Nullable String hostKeyDir,
      @DefaultValue("4MB") DataSize window,
      @DefaultValue("64KB") DataSize maxPacket,
      @DefaultValue("128KB") DataSize readBuffer,
      @DefaultValue("2m") Duration stalledTimeout,
      @DefaultValue("30s") Duration authTimeout,
      @DefaultValue("15m") Duration idleTimeout,
      @DefaultValue("6") int maxAuthTries,
      @DefaultValue("100") int maxUnauthenticated,
      @DefaultValue("8") int maxChannelsPerSession,
      @DefaultValue("modern") AlgorithmPolicy algorithms,
      @DefaultValue List<String> sources,
      @DefaultValue List<ListenerSettings> listeners) {
    public Ssh {
      sources = List.copyOf(sources);
      listeners = List.copyOf(listeners);
      defaultTenant = Bounds.textOrNull(defaultTenant);
      hostKeyDir = Bounds.textOrNull(hostKeyDir);
      checkPort("quaymaster.ssh.port", port);
      ListenerSettings.checkTenant("quaymaster.ssh.default-tenant", defaultTenant);
      Bounds.size("quaymaster.ssh.window", window, DataSize.ofKilobytes(128), GB);
      // RFC 4253 section 6.1: at least 32768; the decoder takes no packet beyond 256 KiB.
      Bounds.size(
          "quaymaster.ssh.max-packet",
          maxPacket,
          DataSize.ofKilobytes(32),
          DataSize.ofKilobytes(255));
      Bounds.size("quaymaster.ssh.read-buffer", readBuffer, DataSize.ofKilobytes(4), MB);
      Bounds.duration("quaymaster.ssh.stalled-timeout", stalledTimeout, SECOND, HOUR);
      Bounds.duration("quaymaster.ssh.auth-timeout", authTimeout, SECOND, HOUR);
      Bounds.duration("quaymaster.ssh.idle-timeout", idleTimeout, SECOND, DAY);
      Bounds.number("quaymaster.ssh.max-auth-tries", maxAuthTries, 1, 100);
      Bounds.number("quaymaster.ssh.max-unauthenticated", maxUnauthenticated, 1, 100_000);
      Bounds.number("quaymaster.ssh.max-channels-per-session", maxChannelsPerSession, 1, 1000);
      ListenerSettings.checkSources("quaymaster.ssh.sources", sources);
      ListenerSettings.checkPolicy("quaymaster.ssh", algorithms, sources);
      checkListeners(listeners);
    }

    private static void checkListeners(List<ListenerSettings> listeners) {
      Bounds.number("quaymaster.ssh.listeners' length", listeners.size(), 0, ListenerSettings.MOST);
      Set<String> names = new HashSet<>();
      for (int i = 0; i < listeners.size(); i++) {
        String at = "quaymaster.ssh.listeners[" + i + "]";
        listeners.get(i).check(at);
        if (!names.add(listeners.get(i).name())) {
          throw Bounds.refused(at + ".name", listeners.get(i).name() + " again", "another name");
        }
      }
    }

    /** The port that every gateway has, as a listener like the others. */
    public ListenerSettings main() {
      return new ListenerSettings(
          ListenerSettings.MAIN, port, null, algorithms, sources, defaultTenant);
    }
  }

  /**
   * Health and metrics.
   *
   * @param port 0: any free one
   * @param tls if it is not that of the admin port
   */
  public record Management(@DefaultValue("8081") int port, @DefaultValue TlsSettings tls) {
    public Management {
      checkPort("quaymaster.management.port", port);
    }
  }

  /**
   * How the gateway stops.
   *
   * @param delay readiness is refused for so long before the SSH ports close
   * @param timeout transfers under way may take so long
   */
  public record Drain(@DefaultValue("0s") Duration delay, @DefaultValue("20s") Duration timeout) {
    public Drain {
      Bounds.duration("quaymaster.drain.delay", delay, Duration.ZERO, HOUR);
      Bounds.duration("quaymaster.drain.timeout", timeout, Duration.ZERO, DAY);
    }
  }

  /**
   * @param migrate whether the start-up brings the schema up to date, which needs a role with DDL
   *     rights; else it refuses to start on a schema that is behind
   * @param runtimeRole whom the command {@code migrate} gives what a gateway needs; null: nobody
   */
  public record Database(@DefaultValue("true") boolean migrate, @Nullable String runtimeRole) {
    public Database {
      runtimeRole = Bounds.textOrNull(runtimeRole);
    }
  }

  /**
   * What an SFTP session may cost.
   *
   * @param maxHandles open at once
   * @param maxPacket largest SFTP packet, in either direction
   */
  public record Sftp(
      @DefaultValue("1024") int maxHandles, @DefaultValue("256KB") DataSize maxPacket) {
    public Sftp {
      Bounds.number("quaymaster.sftp.max-handles", maxHandles, 1, 1_000_000);
      // draft-ietf-secsh-filexfer-02 section 3: at least 34000 bytes.
      Bounds.size("quaymaster.sftp.max-packet", maxPacket, DataSize.ofKilobytes(34), MB);
    }
  }

  /**
   * @param localRoots folders below which local stores may lie; empty: {@code stores} in the data
   *     folder
   */
  public record Files(@DefaultValue List<String> localRoots) {
    public Files {
      localRoots = List.copyOf(localRoots);
      if (localRoots.stream().anyMatch(String::isBlank)) {
        throw Bounds.refused("quaymaster.files.local-roots", "empty", "paths of folders");
      }
    }
  }

  /**
   * Stores in buckets.
   *
   * @param uploadMemory what all uploads of the process may hold
   * @param uploadMemoryPerFile what one may
   * @param downloadMemory what all downloads of the process may hold
   * @param downloadMemoryPerFile what one may
   * @param patience how long a request may take, all that is tried again included
   * @param partialsExpireAfter without a change an upload that is not complete goes
   * @param sweepInterval how often a process looks for these, and for orphans
   * @param orphansAbortAfter multipart uploads on a server that no gateway knows
   */
  public record S3(
      @DefaultValue("256MB") DataSize uploadMemory,
      @DefaultValue("32MB") DataSize uploadMemoryPerFile,
      @DefaultValue("256MB") DataSize downloadMemory,
      @DefaultValue("32MB") DataSize downloadMemoryPerFile,
      @DefaultValue("1m") Duration patience,
      @DefaultValue("7d") Duration partialsExpireAfter,
      @DefaultValue("1h") Duration sweepInterval,
      @DefaultValue("24h") Duration orphansAbortAfter) {
    private static final DataSize MOST_MEMORY = DataSize.ofGigabytes(64);
    private static final Duration YEAR = Duration.ofDays(365);

    public S3 {
      // The least part of S3 is 5 MiB, and one is filled while another is under way.
      Bounds.size(
          "quaymaster.s3.upload-memory-per-file",
          uploadMemoryPerFile,
          DataSize.ofMegabytes(10),
          MOST_MEMORY);
      Bounds.size("quaymaster.s3.upload-memory", uploadMemory, uploadMemoryPerFile, MOST_MEMORY);
      Bounds.size("quaymaster.s3.download-memory-per-file", downloadMemoryPerFile, MB, MOST_MEMORY);
      Bounds.size(
          "quaymaster.s3.download-memory", downloadMemory, downloadMemoryPerFile, MOST_MEMORY);
      Bounds.duration("quaymaster.s3.patience", patience, SECOND, HOUR);
      Bounds.duration("quaymaster.s3.partials-expire-after", partialsExpireAfter, SECOND, YEAR);
      Bounds.duration("quaymaster.s3.sweep-interval", sweepInterval, SECOND, DAY);
      Bounds.duration("quaymaster.s3.orphans-abort-after", orphansAbortAfter, SECOND, YEAR);
    }
  }

  /**
   * How the ledger deals with PostgreSQL.
   *
   * @param firstBlock what a place is granted ahead at first
   * @param largestBlock what it is granted ahead at most
   * @param settleInterval how late a settlement may be
   * @param leaseIdle after which unspent lease is given back
   * @param heartbeat how often a process says that it is alive
   * @param deadAfter silence after which others settle for it
   * @param patience how long a transfer waits for a database that does not answer
   * @param journal history that may wait on disk while the database is away
   */
  public record Quota(
      @DefaultValue("1MB") DataSize firstBlock,
      @DefaultValue("64MB") DataSize largestBlock,
      @DefaultValue("250ms") Duration settleInterval,
      @DefaultValue("5s") Duration leaseIdle,
      @DefaultValue("5s") Duration heartbeat,
      @DefaultValue("30s") Duration deadAfter,
      @DefaultValue("30s") Duration patience,
      @DefaultValue("256MB") DataSize journal) {
    public Quota {
      Bounds.size("quaymaster.quota.first-block", firstBlock, KB, GB);
      Bounds.size("quaymaster.quota.largest-block", largestBlock, firstBlock, GB);
      Bounds.duration(
          "quaymaster.quota.settle-interval", settleInterval, Duration.ofMillis(1), SECOND);
      Bounds.duration("quaymaster.quota.lease-idle", leaseIdle, Duration.ofMillis(100), HOUR);
      Bounds.duration("quaymaster.quota.heartbeat", heartbeat, Duration.ofMillis(100), HOUR);
      Bounds.size("quaymaster.quota.journal", journal, MB, DataSize.ofGigabytes(64));
      Bounds.duration("quaymaster.quota.patience", patience, Duration.ZERO, HOUR);
      // Two beats may be lost before anybody is called dead.
      Bounds.duration("quaymaster.quota.dead-after", deadAfter, heartbeat.multipliedBy(3), DAY);
    }
  }

  /**
   * Argon2id is slow and hungry by design, so its work is bounded.
   *
   * @param atOnce 0: one for each processor
   * @param queue logins that wait for their turn; more are refused
   * @param maxWait how long one waits
   */
  public record PasswordHashing(
      @DefaultValue("0") int atOnce,
      @DefaultValue("64") int queue,
      @DefaultValue("10s") Duration maxWait) {
    public PasswordHashing {
      Bounds.number("quaymaster.password-hashing.at-once", atOnce, 0, 1024);
      Bounds.number("quaymaster.password-hashing.queue", queue, 0, 100_000);
      Bounds.duration(
          "quaymaster.password-hashing.max-wait", maxWait, Duration.ofMillis(100), HOUR);
      if (atOnce == 0) {
        atOnce = Runtime.getRuntime().availableProcessors();
      }
    }
  }

  private static void checkPort(String setting, int port) {
    Bounds.number(setting, port, 0, 65_535);
  }

  private static void checkPortsDiffer(int ssh, int admin, int management) {
    differ("quaymaster.ssh.port", ssh, "quaymaster.admin.port", admin);
    differ("quaymaster.ssh.port", ssh, "quaymaster.management.port", management);
    differ("quaymaster.admin.port", admin, "quaymaster.management.port", management);
  }

  /** Where the address is the same; the same port of two addresses is two ports. */
  private static void checkListenersDiffer(String bind, Ssh ssh, int admin, int management) {
    for (int i = 0; i < ssh.listeners().size(); i++) {
      ListenerSettings listener = ssh.listeners().get(i);
      String setting = "quaymaster.ssh.listeners[" + i + "].port";
      if (listener.bindOr(bind).equals(bind)) {
        differ("quaymaster.ssh.port", ssh.port(), setting, listener.port());
        differ("quaymaster.admin.port", admin, setting, listener.port());
        differ("quaymaster.management.port", management, setting, listener.port());
      }
      for (int j = 0; j < i; j++) {
        ListenerSettings other = ssh.listeners().get(j);
        if (listener.bindOr(bind).equals(other.bindOr(bind))) {
          differ(
              "quaymaster.ssh.listeners[" + j + "].port", other.port(), setting, listener.port());
        }
      }
    }
  }

  private static void differ(String one, int port, String other, int otherPort) {
    if (port != 0 && port == otherPort) {
      throw new SettingsRefused(
          "The settings %s and %s are both %d. Give each a port of its own."
              .formatted(one, other, port));
    }
  }
}
