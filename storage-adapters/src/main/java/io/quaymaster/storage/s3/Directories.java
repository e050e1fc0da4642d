package io.quaymaster.storage.s3;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * Directories in a bucket, which has none: one is there if an empty object marks it, whose key ends
 * in a slash, or if any key lies below it. One that we empty stays there, by its mark.
 *
 * <p>Threads: any.
 */
final class Directories {
  private final Bucket bucket;
  private final KeyNames names;

  Directories(Bucket bucket, KeyNames names) {
    this.bucket = bucket;
    this.names = names;
  }

  /** What is known of a directory; empty if it is not there. */
  Optional<ObjectInfo> find(StoreKey key) throws FileFailure {
    String prefix = names.directory(key);
    List<S3Object> first = bucket.list(prefix, null, null, 1).contents();
    boolean marked = !first.isEmpty() && first.getFirst().key().equals(prefix);
    if (marked && !prefix.isEmpty()) {
      Optional<ObjectInfo> marker = bucket.head(prefix);
      if (marker.isPresent()) {
        return marker;
      }
    }
    return first.isEmpty() && !key.isRoot() ? Optional.empty() : Optional.of(implied(prefix));
  }

  /** A directory that only the keys below it tell of. */
  static ObjectInfo implied(String prefix) {
    return new ObjectInfo(
        prefix, 0, null, null, Instant.EPOCH, HeadObjectResponse.builder().build());
  }

  boolean isThere(StoreKey key) throws FileFailure {
    return key.isRoot() || !bucket.list(names.directory(key), null, null, 1).contents().isEmpty();
  }

  /**
   * Makes sure that a directory is one.
   *
   * @throws FileFailure NOT_FOUND, NOT_A_DIRECTORY
   */
  void require(StoreKey key) throws FileFailure {
    if (!isThere(key)) {
      throw missingBelow(key);
    }
  }

  /** Why a name that is not there is not: a file may stand where the path goes on. */
  FileFailure missing(StoreKey key) throws FileFailure {
    return missingBelow(key.parent());
  }

  private FileFailure missingBelow(StoreKey directory) throws FileFailure {
    for (StoreKey at = directory; !at.isRoot(); at = at.parent()) {
      if (isThere(at)) {
        break;
      }
      if (bucket.head(names.file(at)).isPresent()) {
        return new FileFailure(Kind.NOT_A_DIRECTORY, "a file stands where the path goes on");
      }
    }
    return new FileFailure(Kind.NOT_FOUND, "no such file or directory");
  }

  /**
   * @throws FileFailure EXISTS if another made it meanwhile, where the server can tell
   */
  void make(StoreKey key, int mode) throws FileFailure {
    bucket.put(
        names.directory(key),
        MadeBy.marked(
            ObjectInfo.metadata(mode, null, FileAttributes.Type.DIRECTORY), MadeBy.fresh()),
        Payload.EMPTY,
        bucket.traits().conditionalPut());
  }

  /** After a name in it went: a directory that was there stays there. */
  void keep(StoreKey key) throws FileFailure {
    if (!key.isRoot() && !isThere(key)) {
      try {
        make(key, ObjectInfo.DIRECTORY_MODE);
      } catch (FileFailure there) {
        if (there.kind() != Kind.EXISTS) {
          throw there;
        }
      }
    }
  }

  /**
   * @param check asked right before the change is made
   */
  void describe(ObjectInfo directory, AttributeChange change, Step check) throws FileFailure {
    if (directory.key().isEmpty()) {
      throw new FileFailure(Kind.UNSUPPORTED, "a bucket has no attributes of its own");
    }
    if (directory.isStored()) {
      new ServerCopy(bucket, check).describe(directory, change, FileAttributes.Type.DIRECTORY);
    } else {
      check.run();
      bucket.put(
          directory.key(),
          directory.metadataWith(change, FileAttributes.Type.DIRECTORY),
          Payload.EMPTY,
          false);
    }
  }

  /** Whether anything but its mark is below a directory. */
  boolean isEmpty(StoreKey key) throws FileFailure {
    String prefix = names.directory(key);
    return bucket.list(prefix, null, null, 2).contents().stream()
        .allMatch(object -> object.key().equals(prefix));
  }

  void removeMark(StoreKey key) throws FileFailure {
    bucket.delete(names.directory(key));
  }
}
