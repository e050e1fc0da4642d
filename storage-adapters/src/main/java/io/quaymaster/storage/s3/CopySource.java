package io.quaymaster.storage.s3;

import java.util.Objects;

/**
 * Bytes of an object that an upload goes on from, which the server will copy by itself.
 *
 * @param object the version it is
 * @param offset where they begin in the object
 * @param length how many they are
 */
record CopySource(ObjectInfo object, long offset, long length) {
  /** Whether bytes of this object from {@code at} on follow these. */
  boolean isFollowedBy(ObjectInfo other, long at) {
    return offset + length == at
        && object.key().equals(other.key())
        && Objects.equals(object.eTag(), other.eTag());
  }

  CopySource longer(long more) {
    return new CopySource(object, offset, length + more);
  }

  CopySource first(long bytes) {
    return new CopySource(object, offset, bytes);
  }

  CopySource from(long bytes) {
    return new CopySource(object, offset + bytes, length - bytes);
  }

  boolean isWhole() {
    return offset == 0 && length == object.sizeBytes();
  }
}
