package io.quaymaster.secret;

/** A secret as it stands in the database. */
public final class SealedSecret {
  private final byte[] bytes;

  public SealedSecret(byte[] bytes) {
    this.bytes = bytes.clone();
  }

  public byte[] bytes() {
    return bytes.clone();
  }
}
