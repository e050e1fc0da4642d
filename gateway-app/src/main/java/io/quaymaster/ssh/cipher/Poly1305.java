package io.quaymaster.ssh.cipher;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The one-time authenticator Poly1305 (RFC 8439, section 2.5). A number of 130 bits is kept in
 * three words, and multiplied by the processor's 64 × 64 → 128 bits. Takes as long for any data of
 * a length and any key. One thread.
 */
final class Poly1305 implements Authenticator {
  private static final int BLOCK = 16;

  /** What the RFC clears in the multiplier: 22 bits, so that products leave room for carries. */
  private static final long CLAMP_LOW = 0x0fff_fffc_0fff_ffffL;

  private static final long CLAMP_HIGH = 0x0fff_fffc_0fff_fffcL;
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** The bytes of a block that is not whole yet. */
  private final byte[] rest = new byte[BLOCK];

  private int restBytes;

  /** The multiplier. */
  private long r0;

  private long r1;

  /** What is added in the end. */
  private long s0;

  private long s1;

  /** The sum so far, a little more than modulo 2^130 - 5 at most; the last word has few bits. */
  private long h0;

  private long h1;
  private long h2;

  @Override
  public void init(byte[] key) {
    r0 = longAt(key, 0) & CLAMP_LOW;
    r1 = longAt(key, 8) & CLAMP_HIGH;
    s0 = longAt(key, 16);
    s1 = longAt(key, 24);
    h0 = 0;
    h1 = 0;
    h2 = 0;
    restBytes = 0;
  }

  private static long longAt(byte[] bytes, int offset) {
    return (long) LONGS.get(bytes, offset);
  }

  @Override
  public void update(byte[] in, int offset, int length) {
    int at = offset;
    int end = offset + length;
    if (restBytes > 0) {
      int some = Math.min(length, BLOCK - restBytes);
      System.arraycopy(in, at, rest, restBytes, some);
      restBytes += some;
      at += some;
      if (restBytes < BLOCK) {
        return;
      }
      blocks(rest, 0, BLOCK, 1);
    }
    int whole = at + (end - at) / BLOCK * BLOCK;
    blocks(in, at, whole, 1);
    restBytes = end - whole;
    System.arraycopy(in, whole, rest, 0, restBytes);
  }

  /**
   * Adds each block to the sum and multiplies that.
   *
   * @param high bit 128 of each block
   */
  private void blocks(byte[] in, int from, int to, long high) {
    long a0 = h0;
    long a1 = h1;
    long a2 = h2;
    // 2^130 is 5: what a product has above that comes back times 5/4, for r1 is a multiple of 4.
    long r1Folded = r1 + (r1 >>> 2);
    for (int at = from; at < to; at += BLOCK) {
      long low = longAt(in, at);
      a0 += low;
      long carry = carry(a0, low);
      long next = longAt(in, at + 8);
      a1 += next;
      a2 += high + carry(a1, next);
      a1 += carry;
      a2 += carry(a1, carry);

      long x = a1 * r1Folded;
      long low0 = a0 * r0 + x;
      long high0 =
          Math.unsignedMultiplyHigh(a0, r0)
              + Math.unsignedMultiplyHigh(a1, r1Folded)
              + carry(low0, x);
      long y = a1 * r0;
      long low1 = a0 * r1 + y;
      long high1 =
          Math.unsignedMultiplyHigh(a0, r1) + Math.unsignedMultiplyHigh(a1, r0) + carry(low1, y);
      long z = a2 * r1Folded;
      low1 += z;
      high1 += carry(low1, z);

      a1 = low1 + high0;
      a2 = a2 * r0 + high1 + carry(a1, high0);
      long above = (a2 & ~3L) + (a2 >>> 2);
      a2 &= 3;
      a0 = low0 + above;
      carry = carry(a0, above);
      a1 += carry;
      a2 += carry(a1, carry);
    }
    h0 = a0;
    h1 = a1;
    h2 = a2;
  }

  /**
   * Of an addition.
   *
   * @param addend one of the two that were added
   */
  private static long carry(long sum, long addend) {
    return Long.compareUnsigned(sum, addend) < 0 ? 1 : 0;
  }

  @Override
  public void finish(byte[] tag) {
    if (restBytes > 0) {
      rest[restBytes] = 1;
      Arrays.fill(rest, restBytes + 1, BLOCK, (byte) 0);
      blocks(rest, 0, BLOCK, 0);
    }
    // The sum less the modulus, which counts unless it is negative.
    long g0 = h0 + 5;
    long carry = carry(g0, 5);
    long g1 = h1 + carry;
    long g2 = h2 + carry(g1, carry);
    long chosen = -(g2 >>> 2);
    long t0 = (h0 & ~chosen) | (g0 & chosen);
    long t1 = (h1 & ~chosen) | (g1 & chosen);
    t0 += s0;
    t1 += s1 + carry(t0, s0);
    LONGS.set(tag, 0, t0);
    LONGS.set(tag, 8, t1);
  }
}
