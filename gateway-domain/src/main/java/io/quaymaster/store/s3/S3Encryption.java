package io.quaymaster.store.s3;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How the server encrypts new objects at rest.
 *
 * @param kmsKeyId for {@link Type#KMS} only; null: the account's default key
 */
public record S3Encryption(Type type, @Nullable String kmsKeyId) {
  /** The wire name is the lower-case name. */
  public enum Type {
    /** As the bucket is set up. */
    BUCKET,
    /** SSE-S3: with a key of the server. */
    SERVER,
    /** SSE-KMS. */
    KMS;

    public String wireName() {
      return name().toLowerCase(Locale.ROOT);
    }

    public static Optional<Type> ofWireName(String name) {
      return Arrays.stream(values()).filter(t -> t.wireName().equals(name)).findFirst();
    }
  }

  public S3Encryption {
    if (kmsKeyId != null && type != Type.KMS) {
      throw new IllegalArgumentException("a KMS key without KMS");
    }
  }
}
