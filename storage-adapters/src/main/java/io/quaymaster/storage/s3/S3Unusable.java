package io.quaymaster.storage.s3;

import org.jspecify.annotations.Nullable;

/** A bucket cannot be used as a store; the message says why, for an admin. */
public final class S3Unusable extends Exception {
  private final String reason;

  public S3Unusable(String reason, @Nullable Throwable cause) {
    super(reason, cause);
    this.reason = reason;
  }

  public String reason() {
    return reason;
  }
}
