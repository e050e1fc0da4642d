package io.quaymaster.storage.local;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Short words for the tests of this package. */
final class Keys {
  private Keys() {}

  static StoreKey key(String path) {
    StoreKey key = StoreKey.ROOT;
    for (String name : path.split("/", -1)) {
      key = key.child(new FileName(name));
    }
    return key;
  }

  static String text(OpenFile file, int count) throws FileFailure {
    ByteBuffer into = ByteBuffer.allocate(count);
    int got = file.read(0, into);
    return new String(into.array(), 0, got, StandardCharsets.ISO_8859_1);
  }

  static String text(LocalFileStore store, String path) throws FileFailure {
    OpenFile file = store.open(key(path), Access.READ);
    try {
      return text(file, 100);
    } finally {
      file.close();
    }
  }
}
