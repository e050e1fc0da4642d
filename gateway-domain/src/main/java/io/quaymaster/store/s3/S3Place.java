package io.quaymaster.store.s3;

import org.jspecify.annotations.Nullable;

/**
 * Where a bucket store lies and how it is spoken to: all that an admin says of it but secrets.
 *
 * @param region null: what the process's surroundings say
 * @param endpoint null: Amazon's, by region
 * @param pathStyle the bucket is named in the path and not in the host name
 * @param storageClass of new objects; null: the bucket's default
 */
public record S3Place(
    String bucket,
    KeyPrefix prefix,
    @Nullable String region,
    @Nullable S3Endpoint endpoint,
    boolean pathStyle,
    S3Access access,
    S3Encryption encryption,
    @Nullable String storageClass) {
  static final String AMAZON = "amazon";

  /**
   * Whether objects of the one could be objects of the other. A server that answers under several
   * names is known as one only if it is Amazon's, whose bucket names are unique over all regions.
   */
  public boolean overlaps(S3Place other) {
    return server().equals(other.server())
        && bucket.equals(other.bucket)
        && prefix.overlaps(other.prefix);
  }

  private String server() {
    return endpoint == null ? AMAZON : endpoint.server();
  }
}
