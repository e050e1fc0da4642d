package io.quaymaster.admin.resource;

import io.quaymaster.login.LoginName;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.store.PlacePath;
import io.quaymaster.store.Store;
import io.quaymaster.store.StoreType;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stores in JSON. */
final class StoreJson {
  private StoreJson() {}

  @Schema(name = "S3Credentials", description = "Never shown again.")
  record Credentials(@Nullable String accessKeyId, @Nullable String secretAccessKey) {
    @Override
    public String toString() {
      return "Credentials[***]";
    }
  }

  @Schema(name = "NewStore")
  record Request(
      @Schema(
              requiredMode = Schema.RequiredMode.REQUIRED,
              pattern = "^[a-z0-9][a-z0-9-]{0,62}$",
              example = "main")
          @Nullable String name,
      @Schema(
              requiredMode = Schema.RequiredMode.REQUIRED,
              allowableValues = {"local", "s3"},
              description = "This release makes local stores only.")
          @Nullable String type,
      @Schema(
              description = "For local: a folder below one of the local roots, of this store only.",
              example = "acme")
          @Nullable String path,
      @Nullable String bucket,
      @Nullable String prefix,
      @Nullable String region,
      @Nullable String endpoint,
      @Nullable Boolean pathStyle,
      @Nullable Credentials credentials) {

    /** A local store, checked. */
    record Local(String name, PlacePath path) {}

    /**
     * @throws Refusal.Invalid naming the fields
     * @throws Refusal.Unprocessable STORE_TYPE_UNSUPPORTED for s3
     */
    Local checked() {
      FieldErrors errors = new FieldErrors();
      String valid = name == null ? "" : name;
      errors.check(LoginName.TENANT.matcher(valid).matches(), "name", TenantJson.NAME_RULE);
      Optional<StoreType> known = Optional.ofNullable(type).flatMap(StoreType::ofWireName);
      errors.check(known.isPresent(), "type", "is required: local or s3");
      if (known.equals(Optional.of(StoreType.S3))) {
        errors.throwIfAny();
        throw new Refusal.Unprocessable(
            "STORE_TYPE_UNSUPPORTED",
            "Stores of type s3 come with a later release; this one makes local stores.");
      }
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
    }
  }

  @Schema(name = "Store")
  record Response(
      String name,
      @Schema(allowableValues = {"local", "s3"}) String type,
      @Nullable String path,
      Instant createdAt) {
    static Response of(Store store) {
      PlacePath path = store.path();
      return new Response(
          store.name(),
          store.type().wireName(),
          path == null ? null : path.text(),
          store.createdAt());
    }
  }
}
