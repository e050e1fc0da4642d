package io.quaymaster.admin.resource;

import io.quaymaster.store.s3.S3Access;
import io.quaymaster.store.s3.S3Behaviour;
import io.quaymaster.store.s3.S3Encryption;
import io.swagger.v3.oas.annotations.media.Schema;
import org.jspecify.annotations.Nullable;

/** What only stores in buckets have in JSON. */
final class S3StoreJson {
  private S3StoreJson() {}

  @Schema(
      name = "NewS3Credentials",
      description =
          "Absent: what the gateway's surroundings give it (workload identity, instance role,"
              + " environment). Else a profile; or an access key; or a role, which the access key"
              + " takes if there is one, and the surroundings otherwise.")
  record NewCredentials(
      @Schema(description = "Of the gateway's own AWS configuration files.")
          @Nullable String profile,
      @Nullable String accessKeyId,
      @Schema(
              description = "Sealed at rest and never shown again.",
              accessMode = Schema.AccessMode.WRITE_ONLY)
          @Nullable String secretAccessKey,
      @Nullable String roleArn,
      @Schema(description = "What the role's owner asks for.") @Nullable String externalId) {
    @Override
    public String toString() {
      return "NewCredentials[***]";
    }
  }

  @Schema(name = "S3Credentials", description = "Null: the gateway's surroundings.")
  record Credentials(
      @Nullable String profile,
      @Nullable String accessKeyId,
      @Nullable String roleArn,
      @Nullable String externalId) {
    static @Nullable Credentials of(S3Access access) {
      return switch (access) {
        case S3Access.Surroundings _ -> null;
        case S3Access.Profile profile -> new Credentials(profile.name(), null, null, null);
        case S3Access.Keys keys -> new Credentials(null, keys.accessKeyId(), null, null);
        case S3Access.Role role ->
            new Credentials(null, role.keyOfTaker(), role.arn(), role.externalId());
      };
    }
  }

  @Schema(name = "S3Encryption")
  record Encryption(
      @Schema(
              requiredMode = Schema.RequiredMode.REQUIRED,
              allowableValues = {"bucket", "server", "kms"},
              description =
                  "bucket: as it is set up there (default). server: SSE-S3. kms: SSE-KMS.")
          @Nullable String type,
      @Schema(description = "For kms; absent: the account's default key.")
          @Nullable String kmsKeyId) {
    static Encryption of(S3Encryption encryption) {
      return new Encryption(encryption.type().wireName(), encryption.kmsKeyId());
    }
  }

  @Schema(
      name = "S3Behaviour",
      description = "In what the server differs from Amazon's. What is not given is probed.")
  record Behaviour(
      @Schema(description = "It takes the checksums that the AWS SDK sends by default.")
          @Nullable Boolean checksums,
      @Schema(description = "PutObject with If-None-Match keeps what is there.")
          @Nullable Boolean conditionalPut,
      @Schema(description = "CompleteMultipartUpload with If-None-Match keeps what is there.")
          @Nullable Boolean conditionalComplete,
      @Schema(description = "CopyObject with If-None-Match keeps what is there.")
          @Nullable Boolean conditionalCopy,
      @Schema(
              description =
                  "Listings show the times and modes that clients set, at the price of a request"
                      + " for each entry.")
          @Nullable Boolean exactListings) {
    static Behaviour of(S3Behaviour behaviour) {
      return new Behaviour(
          behaviour.checksums(),
          behaviour.conditionalPut(),
          behaviour.conditionalComplete(),
          behaviour.conditionalCopy(),
          behaviour.exactListings());
    }

    S3Behaviour.Claimed claimed() {
      return new S3Behaviour.Claimed(
          checksums, conditionalPut, conditionalComplete, conditionalCopy, exactListings);
    }
  }
}
