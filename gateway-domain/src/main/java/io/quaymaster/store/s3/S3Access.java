package io.quaymaster.store.s3;

import org.jspecify.annotations.Nullable;

/** Who speaks to an S3 server; never the secret itself. */
public sealed interface S3Access {
  /** What the process's surroundings give it: workload identity, instance role, environment. */
  record Surroundings() implements S3Access {}

  /** A named profile of the process's own AWS configuration files. */
  record Profile(String name) implements S3Access {}

  /** An access key; its secret is sealed. */
  record Keys(String accessKeyId) implements S3Access {}

  /**
   * A role that is taken.
   *
   * @param externalId what the role's owner asks for, if anything
   * @param keyOfTaker the access key of who takes it; null: the process's surroundings
   */
  record Role(String arn, @Nullable String externalId, @Nullable String keyOfTaker)
      implements S3Access {}

  /** The access key that there is a secret for. */
  default @Nullable String accessKeyId() {
    return switch (this) {
      case Keys keys -> keys.accessKeyId();
      case Role role -> role.keyOfTaker();
      case Surroundings _, Profile _ -> null;
    };
  }
}
