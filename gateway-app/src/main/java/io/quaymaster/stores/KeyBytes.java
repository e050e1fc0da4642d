package io.quaymaster.stores;

import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileName;
import io.quaymaster.files.StoreKey;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Keys in columns: bytes as they are, which PostgreSQL compares as we do. */
final class KeyBytes {
  private KeyBytes() {}

  static byte[] of(StoreKey key) {
    return ByteText.bytes(key.byteText());
  }

  static StoreKey key(byte[] column) {
    StoreKey key = StoreKey.ROOT;
    if (column.length > 0) {
      for (String name : ByteText.of(column).split("/", -1)) {
        key = key.child(new FileName(name));
      }
    }
    return key;
  }

  /** The least key below a directory that is not the root: its own and a slash. */
  static byte[] firstBelow(StoreKey directory) {
    return (directory.byteText() + '/').getBytes(StandardCharsets.ISO_8859_1);
  }

  /** Greater than all keys below that directory: the character after the slash is the zero. */
  static byte[] afterAllBelow(StoreKey directory) {
    byte[] after = firstBelow(directory);
    byte[] next = Arrays.copyOf(after, after.length);
    next[next.length - 1]++;
    return next;
  }
}
