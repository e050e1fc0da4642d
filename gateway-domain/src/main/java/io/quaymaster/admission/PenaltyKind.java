package io.quaymaster.admission;

import java.util.Locale;

/**
 * What a source is penalised for, as OpenSSH's {@code PerSourcePenalties} (srclimit.c). There is no
 * kind of its own for names that nobody has: a stranger would learn from the length of its ban
 * which names exist.
 */
public enum PenaltyKind {
  /** It offered what was refused, and left or was shown out. */
  AUTH_FAILED,
  /** It came and went without offering anything: scanners. */
  NO_AUTH,
  /** It took longer than the login grace time. */
  GRACE_EXCEEDED,
  /** What it sent broke our code. */
  CRASH;

  /** {@code auth-failed}. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  public static PenaltyKind ofWireName(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
