package io.quaymaster.secret;

import org.jspecify.annotations.Nullable;

/** A sealed secret cannot be opened; the message says why, for an operator, and holds no secret. */
public final class SealBroken extends Exception {
  SealBroken(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
