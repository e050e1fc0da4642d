package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.Listing;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.SortedSet;
import java.util.TreeSet;

/** A store in a bucket of its own, behind a proxy that can do harm, and short words for it. */
final class BucketStore implements AutoCloseable {
  static final String PREFIX = "in/";

  /** Gives up after seconds instead of a minute. */
  static final S3Limits LIMITS =
      new S3Limits(64 << 20, 16 << 20, 16 << 20, 4 << 20, Duration.ofSeconds(4));

  final S3Server server;
  final RawBucket raw;
  final FaultProxy proxy;
  final S3Stores stores;
  final MemoryDirectoryMoves moves = new MemoryDirectoryMoves();
  final MemoryUploadRecords records = new MemoryUploadRecords();
  final S3FileStore store;

  BucketStore(S3Server.Backend backend, S3Limits limits) {
    this.server = S3Server.shared(backend);
    this.raw = RawBucket.of(server);
    this.proxy = FaultProxy.before(server.endpoint());
    this.stores = new S3Stores(limits);
    this.store = open(proxy.endpoint(), S3Meters.NONE);
  }

  static BucketStore open() {
    return new BucketStore(S3Server.Backend.MEMORY, LIMITS);
  }

  /** Another store of the same process in the same bucket. */
  S3FileStore open(URI through, S3Meters meters) {
    return stores.open(server.settings(raw.name(), PREFIX, through), records, moves, meters);
  }

  /** A store of another process in the same bucket. */
  S3FileStore openElsewhere(MemoryDirectoryMoves theirs) {
    return new S3Stores(LIMITS)
        .open(
            server.settings(raw.name(), PREFIX, server.endpoint()), records, theirs, S3Meters.NONE);
  }

  /** The key of a path as this store's clients name it. */
  static StoreKey key(String path) {
    StoreKey key = StoreKey.ROOT;
    for (String name : path.split("/", -1)) {
      key = key.child(FileName.ofUnicode(name));
    }
    return key;
  }

  /** Puts an object past the store. */
  void plant(String path, String text) {
    raw.put(PREFIX + path, text);
  }

  String read(String path) throws FileFailure {
    return read(store, path);
  }

  static String read(S3FileStore store, String path) throws FileFailure {
    OpenFile file = store.open(key(path), Access.READ);
    try {
      ByteBuffer into = ByteBuffer.allocate(1000);
      file.read(0, into);
      return new String(into.array(), 0, into.position(), StandardCharsets.UTF_8);
    } finally {
      file.close();
    }
  }

  /** Names in a directory, a slash behind each directory's. */
  SortedSet<String> list(StoreKey directory) throws FileFailure {
    SortedSet<String> names = new TreeSet<>();
    try (Listing listing = store.list(directory)) {
      for (Listing.Entry entry = listing.next(); entry != null; entry = listing.next()) {
        String name = new String(entry.name().bytes(), StandardCharsets.UTF_8);
        if (!names.add(entry.attributes().isDirectory() ? name + "/" : name)) {
          throw new AssertionError(name + " is listed twice");
        }
      }
    }
    return names;
  }

  long files() throws FileFailure {
    return store.measure(StoreKey.ROOT).files();
  }

  static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(length).nextBytes(bytes);
    return bytes;
  }

  @Override
  public void close() {
    store.close();
    proxy.close();
  }
}
