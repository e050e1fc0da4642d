package io.quaymaster.store.s3;

import org.jspecify.annotations.Nullable;

/**
 * A store that an admin wants, with its secret: only on its way to the server and to the seal.
 *
 * @param secretAccessKey of the place's access key; null if it has none
 */
public record NewS3Store(
    S3Place place, @Nullable String secretAccessKey, S3Behaviour.Claimed claimed) {
  public NewS3Store {
    if ((secretAccessKey == null) != (place.access().accessKeyId() == null)) {
      throw new IllegalArgumentException("an access key and its secret come together");
    }
  }

  @Override
  public String toString() {
    return "NewS3Store[" + place + "]";
  }
}
