package io.quaymaster.ssh.cipher;

import java.util.concurrent.ArrayBlockingQueue;

/**
 * Arrays that packets pass through. A connection holds one only while it decrypts, so there are
 * about as many as processors, however many connections there are. Threads: any.
 */
final class Scratch {
  /** Above what clients send: OpenSSH's packets have 32 KiB, and few others more than 64. */
  private static final int BYTES = (64 << 10) + 512;

  private static final ArrayBlockingQueue<byte[]> RESTING =
      new ArrayBlockingQueue<>(2 * Runtime.getRuntime().availableProcessors());

  private Scratch() {}

  /** An array of at least so many bytes, with whatever in it. */
  static byte[] take(int bytes) {
    if (bytes > BYTES) {
      return new byte[bytes];
    }
    byte[] rested = RESTING.poll();
    return rested == null ? new byte[BYTES] : rested;
  }

  /** The caller uses it no more. */
  static void giveBack(byte[] array) {
    if (array.length == BYTES) {
      RESTING.offer(array);
    }
  }
}
