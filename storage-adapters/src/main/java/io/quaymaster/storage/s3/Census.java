package io.quaymaster.storage.s3;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.StoreKey;
import java.util.ArrayList;
import java.util.List;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Counts the objects below a directory that clients can see, each once. Threads: any. */
final class Census {
  /** Directories may be renamed faster than a large store is counted. */
  private static final int TRIES = 10;

  private final Bucket bucket;
  private final KeyNames names;
  private final Moves moves;

  Census(Bucket bucket, KeyNames names, Moves moves) {
    this.bucket = bucket;
    this.names = names;
    this.moves = moves;
  }

  /**
   * What keys below a directory tell.
   *
   * @param any whether there is a key at all
   */
  record Counted(long bytes, long files, boolean any) {}

  /** Counts anew if a directory was renamed meanwhile: its files could count twice, or never. */
  Counted count(StoreKey directory) throws FileFailure {
    for (int attempt = 1; ; attempt++) {
      moves.read();
      long epoch = moves.epoch();
      Counted counted = countOnce(directory);
      moves.read();
      if (epoch == moves.epoch() || attempt == TRIES) {
        return counted;
      }
    }
  }

  private Counted countOnce(StoreKey directory) throws FileFailure {
    List<String> hidden = new ArrayList<>();
    for (StoreKey each : moves.hidden()) {
      hidden.add(names.directory(each));
    }
    String prefix = names.directory(directory);
    Pages pages = new Pages(bucket, prefix);
    long bytes = 0;
    long files = 0;
    boolean any = false;
    while (pages.hasNext()) {
      moves.keepUp();
      S3Object object = pages.next();
      any = true;
      if (!object.key().endsWith("/")
          && names.isReachable(object.key())
          && hidden.stream().noneMatch(object.key()::startsWith)) {
        bytes += object.size();
        files++;
      }
    }
    return new Counted(bytes, files, any);
  }
}
