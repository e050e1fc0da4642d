package io.quaymaster.audit.chain;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** A SHA-256: what a row of a chain has, together with all rows before it. Immutable. */
public final class ChainHash {
  static final int BYTES = 32;

  /** Before the first row. */
  public static final ChainHash BEGINNING = new ChainHash(new byte[BYTES]);

  private final byte[] bytes;

  private ChainHash(byte[] bytes) {
    this.bytes = bytes;
  }

  /**
   * @throws IllegalArgumentException unless there are 32
   */
  static ChainHash of(byte[] bytes) {
    if (bytes.length != BYTES) {
      throw new IllegalArgumentException("a hash has " + BYTES + " bytes");
    }
    return new ChainHash(bytes.clone());
  }

  /**
   * @throws IllegalArgumentException unless it is a hash in hexadecimal
   */
  static ChainHash ofHex(String hex) {
    return of(HexFormat.of().parseHex(hex));
  }

  /** The hash of the row that follows: of this hash and the row's canonical bytes. */
  ChainHash then(byte[] row) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes);
      return new ChainHash(digest.digest(row));
    } catch (NoSuchAlgorithmException broken) {
      throw new IllegalStateException(broken);
    }
  }

  byte[] bytes() {
    return bytes.clone();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof ChainHash hash && Arrays.equals(bytes, hash.bytes);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(bytes);
  }

  /** In hexadecimal. */
  @Override
  public String toString() {
    return HexFormat.of().formatHex(bytes);
  }
}
