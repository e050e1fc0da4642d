package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.MIB;

import io.quaymaster.files.OpenFile;
import java.net.URI;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Many uploads at once, in a JVM of their own whose heap is small. {@link HeapBoundTest} runs it.
 */
final class ManyUploads {
  private static final int UPLOADS = 32;
  private static final S3Limits LIMITS =
      new S3Limits(192L * MIB, 32L * MIB, 16L * MIB, 4L * MIB, Duration.ofMinutes(2));

  private ManyUploads() {}

  /**
   * @param args the server's endpoint, its keys, a bucket, and the size of each upload in MiB
   */
  public static void main(String[] args) throws Exception {
    S3Settings settings =
        new S3Settings(
            args[3],
            "in/",
            "us-east-1",
            URI.create(args[0]),
            true,
            new S3Credentials.StaticKeys(args[1], args[2]),
            new S3Settings.Encryption.BucketDefault(),
            null,
            S3Traits.AMAZON);
    int mib = Integer.parseInt(args[4]);
    byte[] data = BucketStore.bytes(MIB, 60);
    S3Stores stores = new S3Stores(LIMITS);
    try (S3FileStore store =
            stores.open(
                settings, new MemoryUploadRecords(), new MemoryDirectoryMoves(), S3Meters.NONE);
        ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> uploads = new ArrayList<>();
      for (int i = 0; i < UPLOADS; i++) {
        String name = "f" + i;
        uploads.add(
            clients.submit(
                () -> {
                  upload(store, name, data, mib);
                  return name;
                }));
      }
      for (Future<?> upload : uploads) {
        upload.get();
      }
    }
    if (stores.memoryInUse() != 0) {
      throw new IllegalStateException("memory is held: " + stores.memoryInUse());
    }
    System.out.println("done");
    // The SDK keeps threads.
    System.exit(0);
  }

  private static void upload(S3FileStore store, String name, byte[] data, int mib)
      throws Exception {
    OpenFile file = BucketStore.begin(store, name);
    long at = 0;
    for (int i = 0; i < mib; i++) {
      for (int from = 0; from < data.length; from += BucketStore.WRITE) {
        file.write(at, ByteBuffer.wrap(data, from, BucketStore.WRITE));
        at += BucketStore.WRITE;
      }
    }
    file.close();
    BucketStore.publish(store, name);
  }
}
