package io.quaymaster.admission;

import io.quaymaster.admission.BanSubject.Account;
import io.quaymaster.admission.BanSubject.Network;
import io.quaymaster.login.LoginName;
import java.net.InetAddress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * All bans and penalties that this process knows of, in memory: a decision asks nobody. {@link
 * Penalties} and {@link BanKeeper} tell the other processes.
 *
 * <p>Threads: any; every call is brief.
 */
public final class BanBook {
  private final NetworkBlocks blocks;
  private final PenaltySettings settings;
  private final NetworkMap<Boolean> exempt = new NetworkMap<>();
  private final Clock clock;

  /** Apart, so that who has many addresses of the one kind pushes out none of the other. */
  private final PenaltyTable<SourceNetwork> v4;

  private final PenaltyTable<SourceNetwork> v6;

  /** By login name: the book does not know which of them exist. */
  private final PenaltyTable<String> accounts;

  private final NetworkMap<Ban> byHand = new NetworkMap<>();

  /**
   * @param exempt networks that are neither penalised nor banned
   */
  public BanBook(
      NetworkBlocks blocks, PenaltySettings settings, List<SourceNetwork> exempt, Clock clock) {
    this.blocks = blocks;
    this.settings = settings;
    this.clock = clock;
    this.v4 = new PenaltyTable<>(settings.sources(), settings.most());
    this.v6 = new PenaltyTable<>(settings.sources(), settings.most());
    this.accounts = new PenaltyTable<>(settings.accounts(), settings.most());
    exempt.forEach(network -> this.exempt.put(network, true));
  }

  /** The network that an address is counted under. */
  public SourceNetwork block(InetAddress source) {
    return blocks.of(source);
  }

  public synchronized boolean isExempt(InetAddress source) {
    return exempt.find(SourceNetwork.of(source)).isPresent();
  }

  /** The ban that keeps an address out; empty if it may come in. */
  public synchronized Optional<Ban> ban(InetAddress source) {
    if (isExempt(source)) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    SourceNetwork block = block(source);
    return byHand
        .find(SourceNetwork.of(source))
        .filter(ban -> now.isBefore(ban.endsAt()))
        .or(() -> table(block).ban(block, now).map(p -> ban(new Network(block), p, now)));
  }

  /** The ban of an account's password; empty if there is none. */
  public synchronized Optional<Ban> ban(LoginName name) {
    Instant now = clock.instant();
    return accounts.ban(name.toString(), now).map(p -> ban(new Account(name), p, now));
  }

  /**
   * Penalises, whether it is exempt or not.
   *
   * @return its ban, if this began one or made it longer
   */
  public synchronized Optional<Ban> charge(BanSubject subject, PenaltyKind kind) {
    return switch (subject) {
      case Network(SourceNetwork network) -> charged(table(network), network, subject, kind);
      case Account(LoginName name) -> charged(accounts, name.toString(), subject, kind);
    };
  }

  private <K extends Comparable<K>> Optional<Ban> charged(
      PenaltyTable<K> table, K key, BanSubject subject, PenaltyKind kind) {
    Duration charge = settings.charge(kind);
    if (charge.isZero()) {
      return Optional.empty();
    }
    Instant now = clock.instant();
    Penalty penalty = table.charge(key, kind, charge, now);
    return penalty.isBan(now) ? Optional.of(ban(subject, penalty, now)) : Optional.empty();
  }

  private static Ban ban(BanSubject subject, Penalty penalty, Instant now) {
    return new Ban(subject, Optional.of(penalty.kind()), penalty.strikes(), now, penalty.endsAt());
  }

  /** A ban that another process, an admin or an earlier run imposed. */
  public synchronized void learn(Ban ban) {
    Instant now = clock.instant();
    switch (ban.subject()) {
      case Network(SourceNetwork network) when ban.kind().isEmpty() -> byHand.put(network, ban);
      case Network(SourceNetwork network) -> table(network).learn(network, penalty(ban), now);
      case Account(LoginName name) -> accounts.learn(name.toString(), penalty(ban), now);
    }
  }

  private static Penalty penalty(Ban ban) {
    return new Penalty(
        ban.endsAt(), true, ban.strikes(), ban.kind().orElse(PenaltyKind.AUTH_FAILED));
  }

  /** Somebody lifted it; what was owed is forgiven too. */
  public synchronized void forget(BanSubject subject) {
    switch (subject) {
      case Network(SourceNetwork network) -> {
        byHand.remove(network);
        table(network).forget(network);
      }
      case Account(LoginName name) -> accounts.forget(name.toString());
    }
  }

  /**
   * Everything that the database knows, after notices may have been lost: what is not among it was
   * lifted meanwhile.
   *
   * @param unwritten of this process, and not in the database yet
   */
  public synchronized void replace(List<Ban> known, Set<BanSubject> unwritten) {
    Set<String> kept = new HashSet<>();
    unwritten.forEach(subject -> kept.add(subject.toString()));
    known.forEach(ban -> kept.add(ban.subject().toString()));
    Instant now = clock.instant();
    byHand.clear();
    for (PenaltyTable<SourceNetwork> table : List.of(v4, v6)) {
      table.banned(now).stream()
          .filter(network -> !kept.contains(network.toString()))
          .forEach(table::forget);
    }
    accounts.banned(now).stream().filter(name -> !kept.contains(name)).forEach(accounts::forget);
    known.forEach(this::learn);
  }

  /** Networks that are banned now. */
  public synchronized int bannedNetworks() {
    Instant now = clock.instant();
    long hand = byHand.all().values().stream().filter(b -> now.isBefore(b.endsAt())).count();
    return (int) hand + v4.banned(now).size() + v6.banned(now).size();
  }

  /** Accounts that are banned now. */
  public synchronized int bannedAccounts() {
    return accounts.banned(clock.instant()).size();
  }

  private PenaltyTable<SourceNetwork> table(SourceNetwork network) {
    return network.isV4() ? v4 : v6;
  }
}
