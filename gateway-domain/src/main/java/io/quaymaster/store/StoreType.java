package io.quaymaster.store;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where a store's files lie. The wire name is the lower-case name. */
public enum StoreType {
  /** A folder below one of the gateway's local roots. */
  LOCAL,
  /** A bucket and a prefix in it. */
  S3;

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<StoreType> ofWireName(String name) {
    return Arrays.stream(values()).filter(t -> t.wireName().equals(name)).findFirst();
  }
}
