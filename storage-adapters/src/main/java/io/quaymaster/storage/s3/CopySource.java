package io.quaymaster.storage.s3;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/**
 * Bytes of an object that an upload goes on from, which the server will copy by itself.
 *
 * @param object the version it is
 * @param offset where they begin in the object
 * @param length how many they are
 */
record CopySource(ObjectInfo object, long offset, long length) {
  /** What one request copies, in bytes: some seconds' work of a server. */
  static final long PART = 512L << 20;

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

  /** In pieces of nearly one length, none longer than {@code most}. */
  List<CopySource> pieces(long most) {
    List<CopySource> pieces = new ArrayList<>();
    CopySource rest = this;
    for (long left = (length + most - 1) / most; left > 0; left--) {
      CopySource piece = rest.first(rest.length() / left);
      pieces.add(piece);
      rest = rest.from(piece.length());
    }
    return pieces;
  }

  boolean isWhole() {
    return offset == 0 && length == object.sizeBytes();
  }
}
