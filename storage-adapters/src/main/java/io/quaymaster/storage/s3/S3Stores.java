package io.quaymaster.storage.s3;

/** The bucket stores of a process. */
public final class S3Stores implements AutoCloseable {
  public S3Stores(S3Limits limits) {}

  public S3FileStore open(
      S3Settings settings, UploadRecords records, DirectoryMoves moves, S3Meters meters) {
    return new S3FileStore();
  }

  /** Tries what the store must be able to do, and finds out how the server behaves. */
  public S3Traits probe(S3Settings settings) throws S3Unusable {
    return settings.traits();
  }

  @Override
  public void close() {}
}
