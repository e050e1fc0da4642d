package io.quaymaster.settings;

import io.quaymaster.admission.SourceNetwork;
import java.time.Duration;
import java.util.List;
import java.util.function.UnaryOperator;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What strangers may cost before anybody asks for a password.
 *
 * @param earlyDropFrom unauthenticated connections from which on a new one is dropped by chance
 * @param earlyDropPercent the chance at first; it grows until all are refused
 * @param maxUnauthenticatedPerSource of one source
 * @param ipv4Prefix bits of an IPv4 address that make a source
 * @param ipv6Prefix of an IPv6 address
 * @param handshakesPerSecond new connections of one source in the long run
 * @param handshakeBurst and at once
 * @param exemptNetworks that are bound by the limit of all connections only, and never banned
 * @param proxies networks of load balancers that send PROXY protocol headers
 * @param proxyHeaderTimeout how long such a header may take
 */
public record AdmissionProperties(
    @DefaultValue("50") int earlyDropFrom,
    @DefaultValue("30") int earlyDropPercent,
    @DefaultValue("25") int maxUnauthenticatedPerSource,
    @DefaultValue("32") int ipv4Prefix,
    @DefaultValue("64") int ipv6Prefix,
    @DefaultValue("20") int handshakesPerSecond,
    @DefaultValue("200") int handshakeBurst,
    @DefaultValue List<String> exemptNetworks,
    @DefaultValue List<String> proxies,
    @DefaultValue("5s") Duration proxyHeaderTimeout,
    @DefaultValue Penalties penalties) {
  private static final String PREFIX = "quaymaster.admission.";
  private static final int MOST_NETWORKS = 1000;
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final Duration DAY = Duration.ofDays(1);

  public AdmissionProperties {
    Bounds.number(PREFIX + "early-drop-from", earlyDropFrom, 0, 100_000);
    Bounds.number(PREFIX + "early-drop-percent", earlyDropPercent, 0, 100);
    Bounds.number(
        PREFIX + "max-unauthenticated-per-source", maxUnauthenticatedPerSource, 1, 100_000);
    Bounds.number(PREFIX + "ipv4-prefix", ipv4Prefix, 8, 32);
    Bounds.number(PREFIX + "ipv6-prefix", ipv6Prefix, 16, 128);
    Bounds.number(PREFIX + "handshakes-per-second", handshakesPerSecond, 1, 100_000);
    Bounds.number(PREFIX + "handshake-burst", handshakeBurst, 1, 1_000_000);
    exemptNetworks = networks(PREFIX + "exempt-networks", exemptNetworks);
    proxies = networks(PREFIX + "proxies", proxies);
    Bounds.duration(
        PREFIX + "proxy-header-timeout",
        proxyHeaderTimeout,
        Duration.ofMillis(100),
        Duration.ofMinutes(1));
  }

  private static List<String> networks(String setting, List<String> texts) {
    Bounds.number("the length of " + setting, texts.size(), 0, MOST_NETWORKS);
    UnaryOperator<String> checked =
        text -> {
          try {
            return SourceNetwork.parse(text.strip()).toString();
          } catch (IllegalArgumentException wrong) {
            throw Bounds.refused(
                setting,
                "'" + text + "', which " + wrong.getMessage(),
                "networks such as 203.0.113.0/24");
          }
        };
    return texts.stream().map(checked).toList();
  }

  /**
   * What failures cost, in time, and when it becomes a ban; OpenSSH's PerSourcePenalties.
   *
   * @param enabled whether anything costs anything; bans by hand count all the same
   * @param authFailed a connection that offered only what was refused
   * @param noAuth one that offered nothing
   * @param graceExceeded one that took too long
   * @param crash one that broke something
   * @param threshold a source that owes more is banned
   * @param accountThreshold an account whose wrong passwords cost more is banned
   * @param longest ban
   * @param forgetAfter one ban is forgiven for each time of this length without another
   * @param maxTracked entries in memory of each kind, and rows in the database
   */
  public record Penalties(
      @DefaultValue("true") boolean enabled,
      @DefaultValue("5s") Duration authFailed,
      @DefaultValue("1s") Duration noAuth,
      @DefaultValue("10s") Duration graceExceeded,
      @DefaultValue("90s") Duration crash,
      @DefaultValue("15s") Duration threshold,
      @DefaultValue("1m") Duration accountThreshold,
      @DefaultValue("10m") Duration longest,
      @DefaultValue("30m") Duration forgetAfter,
      @DefaultValue("65536") int maxTracked) {
    private static final String PREFIX = "quaymaster.admission.penalties.";

    public Penalties {
      charge("auth-failed", authFailed);
      charge("no-auth", noAuth);
      charge("grace-exceeded", graceExceeded);
      charge("crash", crash);
      Bounds.duration(PREFIX + "threshold", threshold, Duration.ZERO, DAY);
      Bounds.duration(PREFIX + "account-threshold", accountThreshold, Duration.ZERO, DAY);
      Duration least = threshold.compareTo(accountThreshold) > 0 ? threshold : accountThreshold;
      Bounds.duration(PREFIX + "longest", longest, least.plus(SECOND), Duration.ofDays(30));
      Bounds.duration(PREFIX + "forget-after", forgetAfter, SECOND, Duration.ofDays(30));
      Bounds.number(PREFIX + "max-tracked", maxTracked, 1, 1_000_000);
    }

    private static void charge(String name, Duration charge) {
      Bounds.duration(PREFIX + name, charge, Duration.ZERO, DAY);
    }
  }
}
