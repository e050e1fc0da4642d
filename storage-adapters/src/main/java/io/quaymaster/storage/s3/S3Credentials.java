package io.quaymaster.storage.s3;

import org.jspecify.annotations.Nullable;

/** Who speaks to the server. Secrets never appear in {@code toString}. */
public sealed interface S3Credentials {
  /** What the process's surroundings give it: workload identity, instance role, environment. */
  record Surroundings() implements S3Credentials {}

  /** A named profile of the process's own AWS configuration files. */
  record Profile(String name) implements S3Credentials {}

  record StaticKeys(String accessKeyId, String secretAccessKey) implements S3Credentials {
    @Override
    public String toString() {
      return "StaticKeys[" + accessKeyId + "]";
    }
  }

  /**
   * A role that others let us take.
   *
   * @param externalId what the role's owner asks for, so that no other customer of ours can name
   *     their role
   * @param base who takes the role; not a role itself
   */
  record AssumedRole(String roleArn, @Nullable String externalId, S3Credentials base)
      implements S3Credentials {
    public AssumedRole {
      if (base instanceof AssumedRole) {
        throw new IllegalArgumentException("a role cannot be taken by a role");
      }
    }
  }
}
