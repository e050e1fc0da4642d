package io.quaymaster.quota;

/**
 * Bytes and files together, as the ledger counts them; either may be negative where it is a change.
 */
record Amount(long bytes, long files) {
  static final Amount NONE = new Amount(0, 0);

  boolean isNone() {
    return bytes == 0 && files == 0;
  }

  Amount plus(Amount other) {
    return new Amount(Math.addExact(bytes, other.bytes), Math.addExact(files, other.files));
  }

  Amount minus(Amount other) {
    return new Amount(
        Math.subtractExact(bytes, other.bytes), Math.subtractExact(files, other.files));
  }

  Amount atLeastNone() {
    return new Amount(Math.max(0, bytes), Math.max(0, files));
  }

  boolean covers(Amount need) {
    return bytes >= need.bytes && files >= need.files;
  }
}
