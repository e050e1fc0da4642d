package io.quaymaster.store;

import org.jspecify.annotations.Nullable;

/** A store's place cannot be used; the message says why, for an admin. */
public final class StoreUnusable extends Exception {
  private final String reason;

  public StoreUnusable(String reason, @Nullable Throwable cause) {
    super(reason, cause);
    this.reason = reason;
  }

  public String reason() {
    return reason;
  }
}
