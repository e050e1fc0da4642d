package io.quaymaster.admission;

import java.time.Duration;
import java.util.Map;

/**
 * What things cost, and when they become a ban.
 *
 * @param charges by kind; what is missing or zero costs nothing
 * @param sources rules for networks
 * @param accounts rules for accounts whose passwords are guessed from many networks
 * @param most entries in memory of each table: IPv4, IPv6, accounts
 */
public record PenaltySettings(
    Map<PenaltyKind, Duration> charges, PenaltyRules sources, PenaltyRules accounts, int most) {
  /** OpenSSH's numbers where it has them. */
  public static final PenaltySettings DEFAULTS =
      new PenaltySettings(
          Map.of(
              PenaltyKind.AUTH_FAILED, Duration.ofSeconds(5),
              PenaltyKind.NO_AUTH, Duration.ofSeconds(1),
              PenaltyKind.GRACE_EXCEEDED, Duration.ofSeconds(10),
              PenaltyKind.CRASH, Duration.ofSeconds(90)),
          new PenaltyRules(Duration.ofSeconds(15), Duration.ofMinutes(10), Duration.ofMinutes(30)),
          new PenaltyRules(Duration.ofMinutes(1), Duration.ofMinutes(10), Duration.ofMinutes(30)),
          65_536);

  /** Nothing costs anything; bans by hand count all the same. */
  public static final PenaltySettings OFF =
      new PenaltySettings(Map.of(), DEFAULTS.sources(), DEFAULTS.accounts(), DEFAULTS.most());

  public PenaltySettings {
    charges = Map.copyOf(charges);
  }

  Duration charge(PenaltyKind kind) {
    return charges.getOrDefault(kind, Duration.ZERO);
  }
}
