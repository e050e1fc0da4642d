package io.quaymaster.audit.chain;

import java.time.Instant;
import java.util.Locale;

/**
 * What a gateway signed: up to this row, the chain has this hash.
 *
 * @param at when, in microseconds
 * @param keyId of the key that signed
 * @param signature Ed25519 (RFC 8032) over {@link #signedBytes}, in Base64
 */
public record Checkpoint(
    String chain,
    long sequence,
    Kind kind,
    ChainHash hash,
    Instant at,
    String keyId,
    String signature) {
  /** CUT: it says besides that retention removed this row and all before it. */
  public enum Kind {
    REGULAR,
    CUT;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    /**
     * @throws IllegalArgumentException for any other text
     */
    static Kind ofWireName(String name) {
      return valueOf(name.toUpperCase(Locale.ROOT));
    }
  }

  private static final String PURPOSE = "quaymaster audit checkpoint";
  private static final int VERSION = 1;

  byte[] signedBytes() {
    return signedBytes(chain, sequence, kind, hash, at, keyId);
  }

  static byte[] signedBytes(
      String chain, long sequence, Kind kind, ChainHash hash, Instant at, String keyId) {
    return new CanonicalBytes()
        .text(PURPOSE)
        .version(VERSION)
        .text(chain)
        .number(sequence)
        .text(kind.wireName())
        .hash(hash)
        .time(at)
        .text(keyId)
        .toBytes();
  }

  @Override
  public String toString() {
    return "%s checkpoint %d of '%s' by %s".formatted(kind.wireName(), sequence, chain, keyId);
  }
}
