package io.quaymaster.secret;

import java.util.List;

/** The keys of a gateway, each of {@link SecretSeal#KEY_BYTES}. No log has one of them. */
public final class SealKeys {
  /** In all: an exchange needs two, and one that was broken off three. */
  public static final int MOST = 8;

  private final byte[] current;
  private final List<byte[]> previous;
  private final List<byte[]> next;

  /**
   * @param current seals, and opens
   * @param previous open; what they sealed is sealed anew with the current one
   * @param next open; gateways that have one as their current key already may seal with it, and
   *     what they sealed stays
   */
  public SealKeys(byte[] current, List<byte[]> previous, List<byte[]> next) {
    this.current = current.clone();
    this.previous = List.copyOf(previous);
    this.next = List.copyOf(next);
  }

  static SealKeys only(byte[] current) {
    return new SealKeys(current, List.of(), List.of());
  }

  byte[] current() {
    return current.clone();
  }

  List<byte[]> previous() {
    return previous;
  }

  List<byte[]> next() {
    return next;
  }

  @Override
  public String toString() {
    return "SealKeys[hidden]";
  }
}
