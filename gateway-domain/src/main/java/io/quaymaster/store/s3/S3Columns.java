package io.quaymaster.store.s3;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A bucket store as it stands in its row, all but the sealed secret. */
@Embeddable
public record S3Columns(
    @Column(updatable = false) String bucket,
    @Column(updatable = false) String prefix,
    @Column(updatable = false) @Nullable String region,
    @Column(updatable = false) @Nullable String endpoint,
    @Column(updatable = false) Boolean pathStyle,
    @Column(updatable = false) String credentials,
    @Column(updatable = false) @Nullable String profile,
    @Column(updatable = false) @Nullable String roleArn,
    @Column(updatable = false) @Nullable String externalId,
    @Column(updatable = false) @Nullable String accessKeyId,
    @Column(updatable = false) String encryption,
    @Column(updatable = false) @Nullable String kmsKeyId,
    @Column(updatable = false) @Nullable String storageClass,
    @Column(updatable = false) Boolean checksums,
    @Column(updatable = false) Boolean conditionalPut,
    @Column(updatable = false) Boolean conditionalComplete,
    @Column(updatable = false) Boolean conditionalCopy,
    @Column(updatable = false) Boolean exactListings) {

  public static S3Columns of(S3Place place, S3Behaviour behaviour) {
    S3Access access = place.access();
    S3Access.Role role = access instanceof S3Access.Role taken ? taken : null;
    return new S3Columns(
        place.bucket(),
        place.prefix().text(),
        place.region(),
        place.endpoint() == null ? null : place.endpoint().text(),
        place.pathStyle(),
        kind(access),
        access instanceof S3Access.Profile profile ? profile.name() : null,
        role == null ? null : role.arn(),
        role == null ? null : role.externalId(),
        access.accessKeyId(),
        place.encryption().type().wireName(),
        place.encryption().kmsKeyId(),
        place.storageClass(),
        behaviour.checksums(),
        behaviour.conditionalPut(),
        behaviour.conditionalComplete(),
        behaviour.conditionalCopy(),
        behaviour.exactListings());
  }

  private static String kind(S3Access access) {
    return switch (access) {
      case S3Access.Surroundings _ -> "surroundings";
      case S3Access.Profile _ -> "profile";
      case S3Access.Keys _ -> "keys";
      case S3Access.Role _ -> "role";
    };
  }

  public S3Place place() {
    return new S3Place(
        bucket,
        new KeyPrefix(prefix),
        region,
        endpoint == null ? null : new S3Endpoint(endpoint),
        pathStyle,
        access(),
        new S3Encryption(S3Encryption.Type.ofWireName(encryption).orElseThrow(), kmsKeyId),
        storageClass);
  }

  private S3Access access() {
    return switch (credentials) {
      case "surroundings" -> new S3Access.Surroundings();
      case "profile" -> new S3Access.Profile(Objects.requireNonNull(profile));
      case "keys" -> new S3Access.Keys(Objects.requireNonNull(accessKeyId));
      case "role" -> new S3Access.Role(Objects.requireNonNull(roleArn), externalId, accessKeyId);
      default -> throw new IllegalStateException("unknown credentials: " + credentials);
    };
  }

  public S3Behaviour behaviour() {
    return new S3Behaviour(
        checksums, conditionalPut, conditionalComplete, conditionalCopy, exactListings);
  }
}
