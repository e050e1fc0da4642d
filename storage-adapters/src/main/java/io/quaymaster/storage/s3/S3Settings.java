package io.quaymaster.storage.s3;

import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * Where a bucket store lies and how it is spoken to. Never changes once the store is made.
 *
 * @param prefix what all keys of the store begin with: empty, or ending in a slash
 * @param region null: what the process's environment says
 * @param endpoint null: Amazon's, by region
 * @param pathStyle the bucket is named in the path and not in the host name
 * @param storageClass of new objects, for example {@code STANDARD_IA}; null: the bucket's default
 */
public record S3Settings(
    String bucket,
    String prefix,
    @Nullable String region,
    @Nullable URI endpoint,
    boolean pathStyle,
    S3Credentials credentials,
    Encryption encryption,
    @Nullable String storageClass,
    S3Traits traits) {

  public S3Settings {
    if (!prefix.isEmpty() && (!prefix.endsWith("/") || prefix.startsWith("/"))) {
      throw new IllegalArgumentException("a prefix is empty or ends in a slash: " + prefix);
    }
  }

  /** How the server encrypts new objects at rest. */
  public sealed interface Encryption {
    /** As the bucket is set up. */
    record BucketDefault() implements Encryption {}

    /** SSE-S3: AES-256 with a key of the server. */
    record ServerKey() implements Encryption {}

    /**
     * SSE-KMS.
     *
     * @param keyId null: the account's default key for S3
     */
    record Kms(@Nullable String keyId) implements Encryption {}
  }

  /** The same store on a server that behaves so. */
  public S3Settings with(S3Traits other) {
    return new S3Settings(
        bucket, prefix, region, endpoint, pathStyle, credentials, encryption, storageClass, other);
  }
}
