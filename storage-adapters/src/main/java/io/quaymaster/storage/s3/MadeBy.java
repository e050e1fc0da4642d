package io.quaymaster.storage.s3;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What made an object, as the object itself says it in its user metadata: an upload, a rename, the
 * making of a directory. So where the answer to the request that makes it is lost, a look at the
 * object tells whether it was made.
 *
 * <p>It has two halves, the second after a slash: the maker, and a revision of it by each change of
 * attributes, which copies the object onto itself.
 */
final class MadeBy {
  private static final String KEY = "quaymaster-id";
  private static final char REVISION = '/';

  private MadeBy() {}

  /** A maker that makes one object with one request. */
  static String fresh() {
    return UUID.randomUUID().toString();
  }

  /** An upload in parts, with whatever request it is completed. */
  static String parts(UUID upload) {
    return upload.toString();
  }

  /**
   * An upload that one request makes an object of. What was asked for under an older fence is
   * another maker, whose request may still be on its way.
   */
  static String request(UUID upload, long fence) {
    return upload + "." + fence;
  }

  /** Whether an upload, as it was recorded when it was about to be completed, made an object. */
  static boolean isMadeBy(UploadRecords.Upload upload, ObjectInfo object) {
    String maker = maker(object);
    return parts(upload.id()).equals(maker) || request(upload.id(), upload.fence()).equals(maker);
  }

  /** What made an object, whatever changed its attributes since; null: nobody knows. */
  static @Nullable String maker(ObjectInfo object) {
    String id = of(object.described().metadata());
    return id == null ? null : first(id);
  }

  private static String first(String id) {
    int end = id.indexOf(REVISION);
    return end < 0 ? id : id.substring(0, end);
  }

  /** What user metadata says; null: it says nothing. */
  static @Nullable String of(Map<String, String> metadata) {
    return metadata.get(KEY);
  }

  /** User metadata with another maker, or its first. */
  static Map<String, String> marked(Map<String, String> metadata, String madeBy) {
    Map<String, String> marked = new LinkedHashMap<>(metadata);
    marked.put(KEY, madeBy);
    return marked;
  }

  /** User metadata with the same maker, if any, and a revision that no other has. */
  static Map<String, String> revised(Map<String, String> metadata) {
    String id = of(metadata);
    return marked(metadata, (id == null ? "" : first(id)) + REVISION + fresh());
  }
}
