package io.quaymaster.storage.s3;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which bytes of an upload are those of which object, by where they lie. One thread at a time. */
final class CopiedRanges {
  private final TreeMap<Long, CopySource> ranges = new TreeMap<>();

  void add(long offset, CopySource source) {
    ranges.put(offset, source);
  }

  /** The bytes from here to the end of their range; null if they are no object's. */
  @Nullable CopySource at(long offset) {
    Map.Entry<Long, CopySource> range = ranges.floorEntry(offset);
    if (range == null || offset >= range.getKey() + range.getValue().length()) {
      return null;
    }
    return range.getValue().from(offset - range.getKey());
  }

  /** Whose bytes they are. */
  Collection<ObjectInfo> objects() {
    Map<String, ObjectInfo> objects = new LinkedHashMap<>();
    ranges.values().forEach(range -> objects.put(range.object().key(), range.object()));
    return objects.values();
  }

  void clear() {
    ranges.clear();
  }
}
