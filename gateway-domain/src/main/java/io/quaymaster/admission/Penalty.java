package io.quaymaster.admission;

import java.time.Duration;
import java.time.Instant;

/**
 * What a source owes, in time. Penalties add up as OpenSSH's do (srclimit.c): what is owed passes
 * with time, becomes a ban when it is more than a threshold, and stays one until all of it has
 * passed. Beyond OpenSSH, bans are remembered: after each one every penalty counts double, so who
 * goes on is banned sooner and for longer, until it has kept quiet.
 *
 * @param endsAt when nothing is owed any more
 * @param enforced whether it is a ban until then
 * @param strikes bans so far that are not forgiven
 * @param kind of what was added last
 */
public record Penalty(Instant endsAt, boolean enforced, int strikes, PenaltyKind kind) {
  /** 2 to the 20th times a second is more than any ban lasts. */
  private static final int MOST_DOUBLINGS = 20;

  /** Of somebody who owes nothing. */
  static Penalty none(PenaltyKind kind) {
    return new Penalty(Instant.EPOCH, false, 0, kind);
  }

  /** With one more. */
  Penalty plus(PenaltyKind what, Duration charge, Instant now, PenaltyRules rules) {
    boolean banned = isBan(now);
    int before = strikesAt(now, rules);
    Duration added = charge.multipliedBy(1L << Math.min(before, MOST_DOUBLINGS));
    Duration total = owedAt(now).plus(added);
    Duration owed = total.compareTo(rules.most()) > 0 ? rules.most() : total;
    boolean ban = banned || owed.compareTo(rules.threshold()) > 0;
    return new Penalty(now.plus(owed), ban, ban && !banned ? before + 1 : before, what);
  }

  public boolean isBan(Instant now) {
    return enforced && now.isBefore(endsAt);
  }

  Duration owedAt(Instant now) {
    return now.isBefore(endsAt) ? Duration.between(now, endsAt) : Duration.ZERO;
  }

  /** Strikes that are not forgiven by then. */
  int strikesAt(Instant now, PenaltyRules rules) {
    if (strikes == 0 || now.isBefore(endsAt)) {
      return strikes;
    }
    long forgiven = Duration.between(endsAt, now).dividedBy(rules.forgetAfter());
    return (int) Math.max(0, strikes - forgiven);
  }

  boolean isForgotten(Instant now, PenaltyRules rules) {
    return !now.isBefore(endsAt) && strikesAt(now, rules) == 0;
  }
}
