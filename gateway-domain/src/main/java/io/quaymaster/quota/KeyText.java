package io.quaymaster.quota;

import io.quaymaster.files.ByteText;
import io.quaymaster.files.StoreKey;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * How a place's key stands in the column {@code quota_scope.path}: as the UTF-8 text that the admin
 * wrote.
 */
final class KeyText {
  private KeyText() {}

  static String toColumn(StoreKey key) {
    return new String(ByteText.bytes(key.byteText()), StandardCharsets.UTF_8);
  }

  /** The columns of the root, of every key on the way, and of the key itself. */
  static List<String> lineage(StoreKey key) {
    List<String> line = new ArrayList<>();
    for (StoreKey at = key; ; at = at.parent()) {
      line.add(toColumn(at));
      if (at.isRoot()) {
        return line;
      }
    }
  }
}
