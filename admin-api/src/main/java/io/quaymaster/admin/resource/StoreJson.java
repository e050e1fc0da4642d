package io.quaymaster.admin.resource;

import io.quaymaster.login.LoginName;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.store.PlacePath;
import io.quaymaster.store.Store;
import io.quaymaster.store.StoreType;
import io.quaymaster.store.s3.NewS3Store;
import io.quaymaster.store.s3.S3Behaviour;
import io.quaymaster.store.s3.S3Endpoint;
import io.quaymaster.store.s3.S3Place;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stores in JSON. */
final class StoreJson {
  private StoreJson() {}

  @Schema(name = "NewStore")
  record Request(
      @Schema(
              requiredMode = Schema.RequiredMode.REQUIRED,
              pattern = "^[a-z0-9][a-z0-9-]{0,62}$",
              example = "main")
          @Nullable String name,
      @Schema(
              requiredMode = Schema.RequiredMode.REQUIRED,
              allowableValues = {"local", "s3"})
          @Nullable String type,
      @Schema(
              description = "For local: a folder below one of the local roots, of this store only.",
              example = "acme")
          @Nullable String path,
      @Schema(description = "For s3, as all that follows.", example = "lake")
          @Nullable String bucket,
      @Schema(
              description = "What all keys of the store begin with; absent: the whole bucket.",
              example = "in/partners/")
          @Nullable String prefix,
      @Schema(
              description = "Absent: what the gateway's surroundings say.",
              example = "eu-central-1")
          @Nullable String region,
      @Schema(description = "Absent: Amazon's, by region.", example = "https://s3.example:9000")
          @Nullable String endpoint,
      @Schema(description = "The bucket is named in the path and not in the host name.")
          @Nullable Boolean pathStyle,
      S3StoreJson.@Nullable NewCredentials credentials,
      S3StoreJson.@Nullable Encryption encryption,
      @Schema(
              description = "Of new objects; absent: the bucket's default.",
              example = "STANDARD_IA")
          @Nullable String storageClass,
      S3StoreJson.@Nullable Behaviour behaviour) {

    /** A store that is wanted, checked. */
    sealed interface Checked {
      String name();
    }

    record Local(String name, PlacePath path) implements Checked {}

    record S3(String name, NewS3Store store) implements Checked {}

    /**
     * @throws Refusal.Invalid naming the fields
     */
    Checked checked() {
      FieldErrors errors = new FieldErrors();
      String valid = name == null ? "" : name;
      errors.check(LoginName.TENANT.matcher(valid).matches(), "name", TenantJson.NAME_RULE);
      Optional<StoreType> known = Optional.ofNullable(type).flatMap(StoreType::ofWireName);
      errors.check(known.isPresent(), "type", "is required: local or s3");
      return known.equals(Optional.of(StoreType.S3))
          ? new S3(valid, S3StoreForm.read(this, errors))
          : local(valid, errors);
    }

    private Local local(String valid, FieldErrors errors) {
      refuseS3Fields(errors);
      Optional<PlacePath> folder = new Fields(errors).required(path, "path", PlacePath::parse);
      errors.check(
          folder.isEmpty() || !folder.get().isRoot(), "path", "must name a folder below a root");
      errors.throwIfAny();
      return new Local(valid, folder.orElseThrow());
    }

    private void refuseS3Fields(FieldErrors errors) {
      String only = "is for stores of type s3 only";
      errors.check(bucket == null, "bucket", only);
      errors.check(prefix == null, "prefix", only);
      errors.check(region == null, "region", only);
      errors.check(endpoint == null, "endpoint", only);
      errors.check(pathStyle == null, "pathStyle", only);
      errors.check(credentials == null, "credentials", only);
      errors.check(encryption == null, "encryption", only);
      errors.check(storageClass == null, "storageClass", only);
      errors.check(behaviour == null, "behaviour", only);
    }
  }

  @Schema(name = "Store")
  record Response(
      String name,
      @Schema(allowableValues = {"local", "s3"}) String type,
      @Nullable String path,
      @Nullable String bucket,
      @Nullable String prefix,
      @Nullable String region,
      @Nullable String endpoint,
      @Nullable Boolean pathStyle,
      S3StoreJson.@Nullable Credentials credentials,
      S3StoreJson.@Nullable Encryption encryption,
      @Nullable String storageClass,
      S3StoreJson.@Nullable Behaviour behaviour,
      Instant createdAt) {
    static Response of(Store store) {
      S3Place place = store.place();
      return place == null ? local(store) : s3(store, place);
    }

    private static Response local(Store store) {
      PlacePath path = store.path();
      return new Response(
          store.name(),
          store.type().wireName(),
          path == null ? null : path.text(),
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          null,
          store.createdAt());
    }

    private static Response s3(Store store, S3Place place) {
      S3Endpoint endpoint = place.endpoint();
      S3Behaviour behaviour = store.behaviour();
      return new Response(
          store.name(),
          store.type().wireName(),
          null,
          place.bucket(),
          place.prefix().text(),
          place.region(),
          endpoint == null ? null : endpoint.text(),
          place.pathStyle(),
          S3StoreJson.Credentials.of(place.access()),
          S3StoreJson.Encryption.of(place.encryption()),
          place.storageClass(),
          behaviour == null ? null : S3StoreJson.Behaviour.of(behaviour),
          store.createdAt());
    }
  }

  @Schema(name = "StoreSweep")
  record SweepResult(
      @Schema(description = "Uploads that nobody went on with for too long, and that are gone now.")
          int expiredUploads,
      @Schema(description = "Multipart uploads on the server that no gateway knew.")
          int orphanUploadsAborted) {}
}
