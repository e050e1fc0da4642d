package io.quaymaster.stores;

import io.quaymaster.storage.s3.S3Credentials;
import io.quaymaster.storage.s3.S3Settings;
import io.quaymaster.storage.s3.S3Settings.Encryption;
import io.quaymaster.storage.s3.S3Traits;
import io.quaymaster.store.s3.NewS3Store;
import io.quaymaster.store.s3.S3Access;
import io.quaymaster.store.s3.S3Behaviour;
import io.quaymaster.store.s3.S3Encryption;
import io.quaymaster.store.s3.S3Endpoint;
import io.quaymaster.store.s3.S3Place;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** From what the domain says of a bucket store to what the adapter is told. */
final class S3Translation {
  private S3Translation() {}

  /** A store to try: as it is claimed to behave, and else as Amazon's. */
  static S3Settings settings(NewS3Store wanted) {
    S3Behaviour.Claimed claimed = wanted.claimed();
    S3Traits traits =
        new S3Traits(
            orTrue(claimed.checksums()),
            orTrue(claimed.conditionalPut()),
            orTrue(claimed.conditionalComplete()),
            orTrue(claimed.conditionalCopy()),
            orTrue(claimed.exactListings()));
    return settings(wanted.place(), wanted.secretAccessKey(), traits);
  }

  static S3Settings settings(S3Place place, @Nullable String secret, S3Traits traits) {
    S3Endpoint endpoint = place.endpoint();
    return new S3Settings(
        place.bucket(),
        place.prefix().text(),
        place.region(),
        endpoint == null ? null : endpoint.uri(),
        place.pathStyle(),
        credentials(place.access(), secret),
        encryption(place.encryption()),
        place.storageClass(),
        traits);
  }

  static S3Traits traits(S3Behaviour behaviour) {
    return new S3Traits(
        behaviour.checksums(),
        behaviour.conditionalPut(),
        behaviour.conditionalComplete(),
        behaviour.conditionalCopy(),
        behaviour.exactListings());
  }

  static S3Behaviour behaviour(S3Traits traits) {
    return new S3Behaviour(
        traits.checksums(),
        traits.conditionalPut(),
        traits.conditionalComplete(),
        traits.conditionalCopy(),
        traits.exactListings());
  }

  private static S3Credentials credentials(S3Access access, @Nullable String secret) {
    return switch (access) {
      case S3Access.Surroundings _ -> new S3Credentials.Surroundings();
      case S3Access.Profile profile -> new S3Credentials.Profile(profile.name());
      case S3Access.Keys keys -> keys(keys.accessKeyId(), secret);
      case S3Access.Role role -> {
        String key = role.keyOfTaker();
        S3Credentials taker = key == null ? new S3Credentials.Surroundings() : keys(key, secret);
        yield new S3Credentials.AssumedRole(role.arn(), role.externalId(), taker);
      }
    };
  }

  private static S3Credentials keys(String accessKeyId, @Nullable String secret) {
    return new S3Credentials.StaticKeys(accessKeyId, Objects.requireNonNull(secret, "no secret"));
  }

  private static Encryption encryption(S3Encryption encryption) {
    return switch (encryption.type()) {
      case BUCKET -> new Encryption.BucketDefault();
      case SERVER -> new Encryption.ServerKey();
      case KMS -> new Encryption.Kms(encryption.kmsKeyId());
    };
  }

  private static boolean orTrue(@Nullable Boolean claimed) {
    return claimed == null || claimed;
  }
}
