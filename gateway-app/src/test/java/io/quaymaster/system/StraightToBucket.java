package io.quaymaster.system;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** What the SDK does with a file without a gateway, over one connection or over some. */
final class StraightToBucket {
  private static final int PART = 8 << 20;

  /** As many as an upload through the gateway has under way. */
  private static final int AT_ONCE = 3;

  private final S3Client client;
  private final String bucket;

  StraightToBucket(S3Client client, String bucket) {
    this.client = client;
    this.bucket = bucket;
  }

  /** In one request. */
  void put(Path file) {
    client.putObject(r -> r.bucket(bucket).key("straight"), RequestBody.fromFile(file));
  }

  /** In one request, what {@link #put} has put. */
  void get(Path file) {
    client.getObject(r -> r.bucket(bucket).key("straight"), ResponseTransformer.toFile(file));
  }

  /** As the gateway must, which does not know how long the file will be. */
  void putInParts(Path file) throws Exception {
    String id = client.createMultipartUpload(r -> r.bucket(bucket).key("parts")).uploadId();
    try (FileChannel channel = FileChannel.open(file)) {
      List<Callable<CompletedPart>> parts = new ArrayList<>();
      for (long offset = 0; offset < Files.size(file); offset += PART) {
        long from = offset;
        parts.add(() -> putPart(id, (int) (from / PART) + 1, channel, from));
      }
      List<CompletedPart> sent = allOf(parts);
      client.completeMultipartUpload(
          r -> r.bucket(bucket).key("parts").uploadId(id).multipartUpload(u -> u.parts(sent)));
    }
  }

  private CompletedPart putPart(String id, int number, FileChannel channel, long offset)
      throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(PART);
    channel.read(bytes, offset);
    String eTag =
        client
            .uploadPart(
                r -> r.bucket(bucket).key("parts").uploadId(id).partNumber(number),
                RequestBody.fromByteBuffer(bytes.flip()))
            .eTag();
    return CompletedPart.builder().partNumber(number).eTag(eTag).build();
  }

  /** In ranges as large as parts, what {@link #put} has put. */
  void getInRanges(Path file, long length) throws Exception {
    try (FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      List<Callable<Integer>> ranges = new ArrayList<>();
      for (long offset = 0; offset < length; offset += PART) {
        long from = offset;
        ranges.add(() -> getRange(channel, from, Math.min(length, from + PART) - 1));
      }
      allOf(ranges);
    }
  }

  private int getRange(FileChannel channel, long first, long last) throws IOException {
    byte[] bytes =
        client
            .getObjectAsBytes(
                r -> r.bucket(bucket).key("straight").range("bytes=" + first + "-" + last))
            .asByteArrayUnsafe();
    return channel.write(ByteBuffer.wrap(bytes), first);
  }

  private static <T> List<T> allOf(List<Callable<T>> work) throws Exception {
    List<T> results = new ArrayList<>();
    try (ExecutorService threads = Executors.newFixedThreadPool(AT_ONCE)) {
      for (Future<T> each : threads.invokeAll(work)) {
        results.add(each.get());
      }
    }
    return results;
  }
}
