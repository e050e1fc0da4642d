package io.quaymaster.settings;

import java.util.Locale;

/** Which algorithms a listener negotiates. */
public enum AlgorithmPolicy {
  /** Post-quantum hybrids first, AEAD ciphers first, no SHA-1, no CBC, no NIST curve. */
  MODERN,
  /** Of what FIPS 140 approves: NIST curves, ML-KEM with them, AES, SHA-2, RSA, ECDSA. */
  FIPS_LIKE,
  /** For old partners: modern, and what it leaves out. Only for networks that are named. */
  LEGACY;

  /** As settings and people write it. */
  public String wireName() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
