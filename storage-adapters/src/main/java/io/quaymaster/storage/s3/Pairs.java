package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The keys below two prefixes, read together in their order. One thread at a time. */
final class Pairs {
  private final String one;
  private final String other;
  private final Pages ones;
  private final Pages others;
  private @Nullable S3Object nextOne;
  private @Nullable S3Object nextOther;

  /**
   * What has the same name below both; one of the two may be missing.
   *
   * @param below what follows the prefix
   */
  record Pair(String below, @Nullable S3Object one, @Nullable S3Object other) {}

  Pairs(Bucket bucket, String one, String other) {
    this.one = one;
    this.other = other;
    this.ones = new Pages(bucket, one);
    this.others = new Pages(bucket, other);
  }

  /** The next pair; null: there are no more. */
  @Nullable Pair next() throws FileFailure {
    nextOne = nextOne == null && ones.hasNext() ? ones.next() : nextOne;
    nextOther = nextOther == null && others.hasNext() ? others.next() : nextOther;
    S3Object left = nextOne;
    S3Object right = nextOther;
    if (left == null && right == null) {
      return null;
    }
    String leftName = left == null ? null : left.key().substring(one.length());
    String rightName = right == null ? null : right.key().substring(other.length());
    int order = order(leftName, rightName);
    if (order <= 0) {
      nextOne = null;
    }
    if (order >= 0) {
      nextOther = null;
    }
    String below = order <= 0 ? leftName : rightName;
    return new Pair(String.valueOf(below), order <= 0 ? left : null, order >= 0 ? right : null);
  }

  /** What has ended comes after everything. */
  private static int order(@Nullable String left, @Nullable String right) {
    if (left == null || right == null) {
      return left == null ? 1 : -1;
    }
    return KeyNames.ORDER.compare(left, right);
  }
}
