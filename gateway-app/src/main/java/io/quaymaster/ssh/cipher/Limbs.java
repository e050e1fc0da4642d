package io.quaymaster.ssh.cipher;

/**
 * A number modulo 2^130 - 5 in five limbs of 26 bits, which may be multiplied by any other: slower
 * than what {@link Poly1305} does for each block, and done a few times a packet. One thread.
 */
final class Limbs {
  private static final int BITS = 26;
  private static final int MASK = (1 << BITS) - 1;

  private long l0;
  private long l1;
  private long l2;
  private long l3;
  private long l4;

  /**
   * @param high the bits from 128 on, of which there are few
   */
  void set(long low, long middle, long high) {
    l0 = low & MASK;
    l1 = (low >>> BITS) & MASK;
    l2 = ((low >>> (2 * BITS)) | (middle << 12)) & MASK;
    l3 = (middle >>> 14) & MASK;
    l4 = (middle >>> 40) | (high << 24);
  }

  void square() {
    multiply(this);
  }

  void multiply(Limbs by) {
    long r0 = by.l0;
    long r1 = by.l1;
    long r2 = by.l2;
    long r3 = by.l3;
    long r4 = by.l4;
    // What is beyond 2^130 comes back five times.
    long s1 = 5 * r1;
    long s2 = 5 * r2;
    long s3 = 5 * r3;
    long s4 = 5 * r4;
    long d0 = l0 * r0 + l1 * s4 + l2 * s3 + l3 * s2 + l4 * s1;
    long d1 = l0 * r1 + l1 * r0 + l2 * s4 + l3 * s3 + l4 * s2 + (d0 >>> BITS);
    long d2 = l0 * r2 + l1 * r1 + l2 * r0 + l3 * s4 + l4 * s3 + (d1 >>> BITS);
    long d3 = l0 * r3 + l1 * r2 + l2 * r1 + l3 * r0 + l4 * s4 + (d2 >>> BITS);
    long d4 = l0 * r4 + l1 * r3 + l2 * r2 + l3 * r1 + l4 * r0 + (d3 >>> BITS);
    long e0 = (d0 & MASK) + 5 * (d4 >>> BITS);
    long e1 = (d1 & MASK) + (e0 >>> BITS);
    long e2 = (d2 & MASK) + (e1 >>> BITS);
    long e3 = (d3 & MASK) + (e2 >>> BITS);
    l0 = e0 & MASK;
    l1 = e1 & MASK;
    l2 = e2 & MASK;
    l3 = e3 & MASK;
    l4 = (d4 & MASK) + (e3 >>> BITS);
  }

  /** Bits 0 to 63. */
  long low() {
    return l0 | (l1 << BITS) | (l2 << (2 * BITS));
  }

  /** Bits 64 to 127. */
  long middle() {
    return (l2 >>> 12) | (l3 << 14) | (l4 << 40);
  }

  /** The bits from 128 on. */
  long high() {
    return l4 >>> 24;
  }
}
