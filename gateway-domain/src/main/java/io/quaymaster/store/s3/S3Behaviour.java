package io.quaymaster.store.s3;

import io.quaymaster.store.StoreUnusable;
import org.jspecify.annotations.Nullable;

/**
 * In what an S3 server differs from Amazon's; probed when a store is made.
 *
 * @param checksums it takes and verifies the checksums that the AWS SDK sends by default
 * @param conditionalPut {@code If-None-Match: *} on PutObject keeps what is there
 * @param conditionalComplete the same on CompleteMultipartUpload
 * @param conditionalCopy the same on CopyObject
 * @param exactListings listings show the times and modes that clients set, at the price of a
 *     request for each entry; else when an object was stored
 */
public record S3Behaviour(
    boolean checksums,
    boolean conditionalPut,
    boolean conditionalComplete,
    boolean conditionalCopy,
    boolean exactListings) {

  /** What an admin says of it; null: probe it. */
  public record Claimed(
      @Nullable Boolean checksums,
      @Nullable Boolean conditionalPut,
      @Nullable Boolean conditionalComplete,
      @Nullable Boolean conditionalCopy,
      @Nullable Boolean exactListings) {
    public static final Claimed NOTHING = new Claimed(null, null, null, null, null);
  }

  /**
   * This, as probed, with what an admin wants otherwise: what the server can do may be left unused.
   *
   * @throws StoreUnusable what is claimed is not so
   */
  public S3Behaviour with(Claimed claimed) throws StoreUnusable {
    return new S3Behaviour(
        with(
            claimed.checksums(),
            checksums,
            "The server does not take the checksums that behaviour.checksums claims."),
        with(
            claimed.conditionalPut(),
            conditionalPut,
            "The server overwrites an object although PutObject says If-None-Match, against what"
                + " behaviour.conditionalPut claims."),
        with(
            claimed.conditionalComplete(),
            conditionalComplete,
            "The server overwrites an object although CompleteMultipartUpload says If-None-Match,"
                + " against what behaviour.conditionalComplete claims."),
        with(
            claimed.conditionalCopy(),
            conditionalCopy,
            "The server overwrites an object although CopyObject says If-None-Match, against what"
                + " behaviour.conditionalCopy claims."),
        // A wish, and no ability of the server.
        claimed.exactListings() == null ? exactListings : claimed.exactListings());
  }

  private static boolean with(@Nullable Boolean claimed, boolean probed, String disproof)
      throws StoreUnusable {
    if (claimed == null) {
      return probed;
    }
    if (claimed && !probed) {
      throw new StoreUnusable(disproof, null);
    }
    return claimed;
  }
}
