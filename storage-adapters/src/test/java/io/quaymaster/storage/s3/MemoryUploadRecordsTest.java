package io.quaymaster.storage.s3;

/** The records that the tests of this module take for a database. */
class MemoryUploadRecordsTest implements UploadRecordsContract {
  private final UploadRecords records = new MemoryUploadRecords();
  private final UploadRecords others = new MemoryUploadRecords();

  @Override
  public UploadRecords records() {
    return records;
  }

  @Override
  public UploadRecords others() {
    return others;
  }
}
