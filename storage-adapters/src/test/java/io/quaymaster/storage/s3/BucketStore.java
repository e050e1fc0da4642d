package io.quaymaster.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.concurrent.atomic.AtomicLong;

/**
 * A store in a bucket of its own, behind a proxy that can do harm, with the records of its uploads;
 * replicas of it; and short words for what clients do.
 */
final class BucketStore implements AutoCloseable {
  static final String PREFIX = "in/";
  static final int MIB = 1 << 20;

  /** What an SFTP client writes at once. */
  static final int WRITE = 32 << 10;

  /** Gives up after seconds instead of a minute. */
  static final S3Limits LIMITS =
      new S3Limits(64 << 20, 16 << 20, 16 << 20, 4 << 20, Duration.ofSeconds(4));

  /** Counts what the tests look at. */
  static class Counts implements S3Meters {
    final AtomicLong sent = new AtomicLong();
    final AtomicLong received = new AtomicLong();
    final AtomicLong memory = new AtomicLong();
    final AtomicLong mostMemory = new AtomicLong();

    @Override
    public void request(String operation, String outcome, Duration took, int attempts) {}

    @Override
    public void sent(long bytes) {
      sent.addAndGet(bytes);
    }

    @Override
    public void received(long bytes) {
      received.addAndGet(bytes);
    }

    @Override
    public void partsInFlight(int change) {}

    @Override
    public void memory(long change) {
      long now = memory.addAndGet(change);
      mostMemory.accumulateAndGet(now, Math::max);
    }

    @Override
    public void orphanUploadsAborted(int count) {}
  }

  final S3Server server;
  final RawBucket raw;
  final FaultProxy proxy;
  final S3Stores stores;
  final MemoryDirectoryMoves moves = new MemoryDirectoryMoves();
  final MemoryUploadRecords records = new MemoryUploadRecords();
  final Counts counts = new Counts();
  final S3FileStore store;

  BucketStore(S3Server.Backend backend, S3Limits limits) {
    this.server = S3Server.shared(backend);
    this.raw = RawBucket.of(server);
    this.proxy = FaultProxy.before(server.endpoint());
    this.stores = new S3Stores(limits);
    this.store = open(proxy.endpoint(), counts);
  }

  static BucketStore open() {
    return new BucketStore(S3Server.Backend.MEMORY, LIMITS);
  }

  /** Another store of the same process in the same bucket. */
  S3FileStore open(URI through, S3Meters meters) {
    return stores.open(server.settings(raw.name(), PREFIX, through), records, moves, meters);
  }

  /** Another gateway's store, as far as the bucket and the records know. */
  S3FileStore replica() {
    return open(server.endpoint(), counts);
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

  static StoreKey aside(String name) {
    return key(".aside." + name);
  }

  /** Begins an upload that will be {@code name}. */
  static OpenFile begin(S3FileStore store, String name) throws FileFailure {
    return store.createAside(aside(name), key(name), Access.WRITE, 0640);
  }

  static OpenFile resume(S3FileStore store, String name) throws FileFailure {
    return store.open(aside(name), Access.WRITE);
  }

  static void publish(S3FileStore store, String name) throws FileFailure {
    store.publish(aside(name), key(name));
  }

  static long sizeOf(S3FileStore store, StoreKey key) throws FileFailure {
    return store.attributes(key).sizeBytes();
  }

  /** Bytes that are like no others. */
  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  /** Writes as an SFTP client does. */
  static void write(OpenFile file, byte[] bytes, int from, int to) throws FileFailure {
    for (int at = from; at < to; at += WRITE) {
      file.write(at, ByteBuffer.wrap(bytes, at, Math.min(WRITE, to - at)));
    }
  }

  /** A whole upload: begun, written, closed and published. */
  static void put(S3FileStore store, String name, byte[] bytes) throws FileFailure {
    put(begin(store, name), store, name, bytes, 0);
  }

  /** The rest of an upload of which the store has kept some. */
  static void goOn(S3FileStore store, String name, byte[] bytes, int from) throws FileFailure {
    put(resume(store, name), store, name, bytes, from);
  }

  private static void put(OpenFile file, S3FileStore store, String name, byte[] bytes, int from)
      throws FileFailure {
    write(file, bytes, from, bytes.length);
    file.close();
    publish(store, name);
  }

  static void holds(S3FileStore store, String name, byte[] expected) throws FileFailure {
    OpenFile file = store.open(key(name), Access.READ);
    ByteBuffer all = ByteBuffer.allocate(expected.length + 1);
    int read = file.read(0, all);
    file.close();
    assertThat(read).isEqualTo(expected.length);
    assertThat(all.flip().equals(ByteBuffer.wrap(expected))).as("the same bytes").isTrue();
  }

  long multipartUploads() {
    return server.client().listMultipartUploads(r -> r.bucket(raw.name())).uploads().size();
  }

  /** Nothing may be held: what was read ahead in vain is given back when its request ends. */
  @Override
  public void close() {
    store.close();
    proxy.close();
    await("memory that transfers hold")
        .untilAsserted(() -> assertThat(stores.memoryInUse()).isZero());
  }
}
