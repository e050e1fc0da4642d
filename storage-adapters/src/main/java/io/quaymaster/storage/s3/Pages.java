package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** All keys below a prefix, at any depth, page by page. One thread at a time. */
final class Pages {
  private static final int PAGE = 1000;

  private final Bucket bucket;
  private final String prefix;
  private Iterator<S3Object> page = List.<S3Object>of().iterator();
  private @Nullable String continuation;
  private boolean last;

  Pages(Bucket bucket, String prefix) {
    this.bucket = bucket;
    this.prefix = prefix;
  }

  /** Whether there is another key. */
  boolean hasNext() throws FileFailure {
    while (!page.hasNext() && !last) {
      ListObjectsV2Response next = bucket.list(prefix, null, continuation, PAGE);
      page = next.contents().iterator();
      continuation = next.nextContinuationToken();
      last = !Boolean.TRUE.equals(next.isTruncated()) || continuation == null;
    }
    return page.hasNext();
  }

  S3Object next() throws FileFailure {
    if (!hasNext()) {
      throw new NoSuchElementException("no more keys");
    }
    return page.next();
  }
}
