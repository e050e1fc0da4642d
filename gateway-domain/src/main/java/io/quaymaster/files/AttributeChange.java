package io.quaymaster.files;

import org.jspecify.annotations.Nullable;

/**
 * Attributes to set; null leaves one as it is. Size is not among them: it changes what the ledger
 * counts, and has its own way.
 *
 * @param mode permission bits ({@code 0777})
 * @param times both or none, as in SFTP version 3
 */
public record AttributeChange(@Nullable Integer mode, @Nullable Times times) {
  public static final AttributeChange NONE = new AttributeChange(null, null);

  /** Seconds since 1970-01-01 UTC. */
  public record Times(long accessedSeconds, long modifiedSeconds) {}

  public boolean isNone() {
    return mode == null && times == null;
  }
}
