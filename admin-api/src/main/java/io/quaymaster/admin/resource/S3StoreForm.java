package io.quaymaster.admin.resource;

import io.quaymaster.admin.resource.S3StoreJson.Behaviour;
import io.quaymaster.admin.resource.S3StoreJson.Encryption;
import io.quaymaster.admin.resource.S3StoreJson.NewCredentials;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.store.s3.KeyPrefix;
import io.quaymaster.store.s3.NewS3Store;
import io.quaymaster.store.s3.S3Access;
import io.quaymaster.store.s3.S3Behaviour;
import io.quaymaster.store.s3.S3Encryption;
import io.quaymaster.store.s3.S3Endpoint;
import io.quaymaster.store.s3.S3Place;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a bucket store from JSON, noting all that is wrong. */
final class S3StoreForm {
  /** Amazon's buckets have 3 to 63 characters; those of other servers may have more and fewer. */
  private static final Pattern BUCKET =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9._-]{0,253}[A-Za-z0-9])?");

  private static final Pattern REGION = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]{0,62}");
  private static final Pattern STORAGE_CLASS = Pattern.compile("[A-Za-z0-9_-]{1,64}");
  private static final Pattern PROFILE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._@+-]{0,127}");

  /** They stand in headers. */
  private static final Pattern ACCESS_KEY = Pattern.compile("[!-~]{1,128}");

  private static final Pattern KMS_KEY = Pattern.compile("[!-~]{1,2048}");
  private static final Pattern SECRET = Pattern.compile("[ -~]{1,1024}");
  private static final Pattern ROLE = Pattern.compile("arn:[!-~]{1,2044}");

  /** As AWS STS: AssumeRole, ExternalId. */
  private static final Pattern EXTERNAL_ID = Pattern.compile("[\\w+=,.@:/-]{2,1224}");

  private final FieldErrors errors;

  private S3StoreForm(FieldErrors errors) {
    this.errors = errors;
  }

  /**
   * @throws io.quaymaster.refusal.Refusal.Invalid naming all wrong fields, those that {@code
   *     errors} holds already included
   */
  static NewS3Store read(StoreJson.Request body, FieldErrors errors) {
    return new S3StoreForm(errors).store(body);
  }

  private NewS3Store store(StoreJson.Request body) {
    errors.check(body.path() == null, "path", "is for stores of type local only");
    errors.check(body.bucket() != null, "bucket", "is required");
    fits(BUCKET, body.bucket(), "bucket", "must be the name of a bucket");
    fits(REGION, body.region(), "region", "must be the name of a region, like eu-central-1");
    fits(STORAGE_CLASS, body.storageClass(), "storageClass", "must be like STANDARD_IA");
    Fields fields = new Fields(errors);
    String written = body.prefix() == null ? "" : body.prefix();
    Optional<KeyPrefix> prefix = fields.required(written, "prefix", KeyPrefix::parse);
    Optional<S3Endpoint> endpoint =
        body.endpoint() == null
            ? Optional.empty()
            : fields.required(body.endpoint(), "endpoint", S3Endpoint::parse);
    S3Access access = access(body.credentials());
    S3Encryption encryption = encryption(body.encryption());
    errors.throwIfAny();
    Behaviour behaviour = body.behaviour();
    return new NewS3Store(
        new S3Place(
            String.valueOf(body.bucket()),
            prefix.orElseThrow(),
            body.region(),
            endpoint.orElse(null),
            Boolean.TRUE.equals(body.pathStyle()),
            access,
            encryption,
            body.storageClass()),
        body.credentials() == null ? null : body.credentials().secretAccessKey(),
        behaviour == null ? S3Behaviour.Claimed.NOTHING : behaviour.claimed());
  }

  private S3Access access(@Nullable NewCredentials written) {
    if (written == null) {
      return new S3Access.Surroundings();
    }
    fits(PROFILE, written.profile(), "credentials.profile", "must be the name of a profile");
    fits(
        ACCESS_KEY,
        written.accessKeyId(),
        "credentials.accessKeyId",
        "must have 1 to 128 printable characters of ASCII, without spaces");
    fits(
        SECRET,
        written.secretAccessKey(),
        "credentials.secretAccessKey",
        "must have 1 to 1024 printable characters of ASCII");
    fits(ROLE, written.roleArn(), "credentials.roleArn", "must be an ARN, like arn:aws:iam::…");
    fits(
        EXTERNAL_ID,
        written.externalId(),
        "credentials.externalId",
        "must have 2 to 1224 letters, digits and + = , . @ : / - _");
    checkTogether(written);
    if (written.profile() != null) {
      return new S3Access.Profile(written.profile());
    }
    if (written.roleArn() != null) {
      return new S3Access.Role(written.roleArn(), written.externalId(), written.accessKeyId());
    }
    return written.accessKeyId() == null
        ? new S3Access.Surroundings()
        : new S3Access.Keys(written.accessKeyId());
  }

  private void checkTogether(NewCredentials written) {
    boolean key = written.accessKeyId() != null;
    boolean secret = written.secretAccessKey() != null;
    boolean role = written.roleArn() != null;
    if (written.profile() != null) {
      errors.check(
          !key && !secret && !role && written.externalId() == null,
          "credentials.profile",
          "stands alone: a profile says itself which key or role it means");
      return;
    }
    errors.check(
        key || secret || role || written.externalId() != null,
        "credentials",
        "must name a profile, an access key or a role; leave them out to use what the gateway's"
            + " surroundings give it");
    errors.check(key || !secret, "credentials.accessKeyId", "is required with a secret access key");
    errors.check(secret || !key, "credentials.secretAccessKey", "is required with an access key");
    errors.check(
        role || written.externalId() == null,
        "credentials.externalId",
        "is for a role only: give roleArn too");
  }

  private S3Encryption encryption(@Nullable Encryption written) {
    if (written == null) {
      return new S3Encryption(S3Encryption.Type.BUCKET, null);
    }
    Optional<S3Encryption.Type> type =
        Optional.ofNullable(written.type()).flatMap(S3Encryption.Type::ofWireName);
    errors.check(type.isPresent(), "encryption.type", "is required: bucket, server or kms");
    fits(
        KMS_KEY,
        written.kmsKeyId(),
        "encryption.kmsKeyId",
        "must be the id, the ARN or the alias of a key");
    boolean kms = type.equals(Optional.of(S3Encryption.Type.KMS));
    errors.check(
        kms || written.kmsKeyId() == null, "encryption.kmsKeyId", "is for the type kms only");
    return new S3Encryption(type.orElse(S3Encryption.Type.BUCKET), kms ? written.kmsKeyId() : null);
  }

  private void fits(Pattern rule, @Nullable String value, String field, String message) {
    errors.check(value == null || rule.matcher(value).matches(), field, message);
  }
}
