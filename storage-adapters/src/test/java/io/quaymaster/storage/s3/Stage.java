package io.quaymaster.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A bucket of a test's own, with the records of its uploads, and stores on it: replicas. */
final class Stage {
  static final int MIB = 1 << 20;

  /** What an SFTP client writes at once. */
  static final int WRITE = 32 << 10;

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
  final String bucket;
  final MemoryUploadRecords records = new MemoryUploadRecords();
  final MemoryDirectoryMoves moves = new MemoryDirectoryMoves();
  final Counts counts = new Counts();

  Stage(S3Server server) {
    this.server = server;
    this.bucket = server.newBucket();
  }

  S3FileStore store() {
    return store(new S3Stores(S3Limits.DEFAULTS));
  }

  S3FileStore store(S3Stores stores) {
    return store(stores, server.endpoint());
  }

  S3FileStore store(S3Stores stores, URI through) {
    return stores.open(server.settings(bucket, "in/", through), records, moves, counts);
  }

  static StoreKey key(String name) {
    return StoreKey.ROOT.child(new FileName(name));
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

  /** Keys of all objects. */
  List<String> objects() {
    return server.client().listObjectsV2(r -> r.bucket(bucket)).contents().stream()
        .map(S3Object::key)
        .toList();
  }

  long multipartUploads() {
    return server.client().listMultipartUploads(r -> r.bucket(bucket)).uploads().size();
  }
}
