package io.quaymaster.storage.s3;

/**
 * In what an S3 server differs from Amazon's. Probed when a store is made; correctness never rests
 * on a condition that the server ignores.
 *
 * @param checksums it takes and verifies the checksums that the SDK sends by default; else an
 *     upload is compared with the ETag that comes back
 * @param conditionalPut {@code If-None-Match: *} on PutObject keeps what is there
 * @param conditionalComplete the same on CompleteMultipartUpload
 * @param conditionalCopy the same on CopyObject
 * @param exactListings listings ask for each entry's metadata, so that times and modes that clients
 *     set are shown; else they show when an object was stored
 */
public record S3Traits(
    boolean checksums,
    boolean conditionalPut,
    boolean conditionalComplete,
    boolean conditionalCopy,
    boolean exactListings) {
  /** Amazon S3 itself. */
  public static final S3Traits AMAZON = new S3Traits(true, true, true, true, true);
}
