package io.quaymaster.storage.s3;

/** The bucket stores of a process, which share its memory for transfers. Threads: any. */
public final class S3Stores {
  private final S3Limits limits;
  private final TransferMemory uploadMemory;
  private final TransferMemory downloadMemory;

  public S3Stores(S3Limits limits) {
    this.limits = limits;
    this.uploadMemory = new TransferMemory(limits.uploadMemory());
    this.downloadMemory = new TransferMemory(limits.downloadMemory());
  }

  /** Opens a store. Asks the server nothing. */
  public S3FileStore open(
      S3Settings settings, UploadRecords records, DirectoryMoves moves, S3Meters meters) {
    return open(settings, records, moves, meters, new Parts(limits.uploadMemoryPerFile() / 2));
  }

  S3FileStore open(
      S3Settings settings,
      UploadRecords records,
      DirectoryMoves moves,
      S3Meters meters,
      Parts parts) {
    Bucket bucket = bucket(settings, meters);
    KeyNames names = new KeyNames(settings.prefix());
    UploadServices services =
        new UploadServices(
            bucket,
            records,
            uploadMemory,
            new TransferMemory.Share(meters),
            parts,
            settings.prefix() + KeyNames.SCRATCH + "/",
            limits.uploadMemoryPerFile(),
            limits.patience());
    return new S3FileStore(
        bucket,
        names,
        services,
        moves,
        new Sweeper(bucket, settings.prefix(), records, meters),
        downloadMemory,
        new TransferMemory.Share(meters),
        limits.downloadMemoryPerFile());
  }

  private Bucket bucket(S3Settings settings, S3Meters meters) {
    return new Bucket(S3Clients.open(settings, meters, limits.patience()), settings, meters);
  }

  /** Memory that transfers of all stores hold now, in bytes. */
  public long memoryInUse() {
    return uploadMemory.takenBytes() + downloadMemory.takenBytes();
  }

  /**
   * Tries what a store must be able to do under its prefix, and finds out how the server behaves.
   *
   * @param settings whose traits are the most that is hoped for
   * @return what of these the server has
   * @throws S3Unusable if it cannot write, read, list or delete
   */
  public S3Traits probe(S3Settings settings) throws S3Unusable {
    return new S3Probe(candidate -> bucket(candidate, S3Meters.NONE), settings).run();
  }
}
