package io.quaymaster.storage.s3;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.Listing;
import io.quaymaster.files.StoreKey;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * A directory of a bucket being read, page by page. Where listings are exact, the metadata of each
 * entry is asked for, several at once and no more than a little ahead of the reader.
 *
 * <p>Where an object and a directory have one name, the object has it, as everywhere in the store.
 */
final class BucketListing implements Listing {
  private static final int PAGE = 1000;
  private static final int AT_ONCE = 32;

  /** Less than a directory's old name stays as it was when other processes see the new one. */
  private static final Duration SURELY_THERE = Duration.ofMillis(400);

  /** What is in the directory by a page: the attributes come, or are known. */
  private record Coming(FileName name, Future<Optional<FileAttributes>> attributes) {}

  private final Bucket bucket;
  private final String prefix;
  private final StoreKey directory;
  private final Moves moves;
  private final long began;
  private final Iterator<Entry> uploads;
  private final ExecutorService asking = Executors.newVirtualThreadPerTaskExecutor();
  private final Deque<Coming> ahead = new ArrayDeque<>();
  private final Set<FileName> uploadNames = new HashSet<>();

  /** Files whose names the next names may begin with: each the beginning of the one after it. */
  private final Deque<String> beginnings = new ArrayDeque<>();

  private Iterator<Runnable> page = List.<Runnable>of().iterator();
  private @Nullable String continuation;
  private boolean lastPage;
  private Predicate<FileName> hidden = name -> false;
  private volatile boolean closed;

  /**
   * @param prefix of the directory's keys
   * @param uploads that are not complete and have names here
   * @param moves what is not there now
   * @param began when it was not yet known that the directory is there, by {@link System#nanoTime}
   */
  BucketListing(
      Bucket bucket,
      StoreKey directory,
      String prefix,
      List<Entry> uploads,
      Moves moves,
      long began) {
    this.bucket = bucket;
    this.directory = directory;
    this.prefix = prefix;
    this.moves = moves;
    this.began = began;
    this.uploads = uploads.iterator();
    uploads.forEach(upload -> uploadNames.add(upload.name()));
  }

  @Override
  public @Nullable Entry next() throws FileFailure {
    while (true) {
      fill();
      Coming next = ahead.poll();
      if (next == null) {
        refuseIfRenamed();
        return uploads.hasNext() ? uploads.next() : null;
      }
      Optional<FileAttributes> attributes = arrived(next.attributes());
      if (attributes.isPresent()) {
        return new Entry(next.name(), attributes.get());
      }
    }
  }

  /** What has moved on while it was read was seen in part only. */
  private void refuseIfRenamed() throws FileFailure {
    boolean slow = System.nanoTime() - began > SURELY_THERE.toNanos();
    if (slow) {
      // Another process may have begun, and even ended, since we looked.
      moves.lookAgain();
    }
    if (moves.hasLeftSince(directory, began) || (slow && isGone())) {
      throw renamed();
    }
  }

  private static FileFailure renamed() {
    return new FileFailure(Kind.NOT_FOUND, "the directory was renamed while it was read");
  }

  private boolean isGone() throws FileFailure {
    return !directory.isRoot() && bucket.list(prefix, null, null, 1).contents().isEmpty();
  }

  private static Optional<FileAttributes> arrived(Future<Optional<FileAttributes>> coming)
      throws FileFailure {
    try {
      return coming.get();
    } catch (InterruptedException stopped) {
      throw PartMemory.interrupted();
    } catch (ExecutionException failed) {
      if (failed.getCause() instanceof FileFailure why) {
        throw new FileFailure(why.kind(), why.getMessage(), why);
      }
      throw new FileFailure(Kind.STORE_ERROR, "the store failed", failed);
    }
  }

  private void fill() throws FileFailure {
    if (closed) {
      throw new FileFailure(Kind.INVALID_HANDLE, "the listing is closed");
    }
    while (ahead.size() < AT_ONCE) {
      if (page.hasNext()) {
        page.next().run();
      } else if (lastPage) {
        return;
      } else {
        nextPage();
      }
    }
  }

  /** Objects and prefixes of a page are two lists: together they are in the order of their keys. */
  private void nextPage() throws FileFailure {
    ListObjectsV2Response next;
    long epoch;
    boolean replaced;
    do {
      // A page and what of it is hidden must be of one moment.
      epoch = moves.epoch();
      next = bucket.list(prefix, "/", continuation, PAGE);
      hidden = moves.hiddenIn(directory);
      replaced = moves.hides(directory);
    } while (epoch != moves.epoch());
    if (replaced) {
      // It has gone; or it was empty, and another one that is being copied here takes its place.
      throw renamed();
    }
    TreeMap<String, Runnable> entries = new TreeMap<>(KeyNames.ORDER);
    for (S3Object object : next.contents()) {
      String below = object.key().substring(prefix.length());
      entries.put(below, () -> addFile(below, object));
    }
    for (CommonPrefix common : next.commonPrefixes()) {
      String below = common.prefix().substring(prefix.length());
      entries.put(below, () -> addDirectory(below));
    }
    page = new ArrayList<>(entries.values()).iterator();
    continuation = next.nextContinuationToken();
    lastPage = !Boolean.TRUE.equals(next.isTruncated()) || continuation == null;
  }

  private void addFile(String below, S3Object object) {
    while (!beginnings.isEmpty() && !below.startsWith(beginnings.peek())) {
      beginnings.pop();
    }
    FileName name = KeyNames.name(below);
    if (name == null || hidden.test(name) || uploadNames.contains(name)) {
      return;
    }
    beginnings.push(below);
    if (bucket.traits().exactListings()) {
      ask(name, object.key(), FileAttributes.Type.FILE);
    } else {
      ObjectInfo info =
          new ObjectInfo(
              object.key(),
              object.size(),
              object.eTag(),
              null,
              object.lastModified(),
              HeadObjectResponse.builder().build());
      known(name, info.attributes(FileAttributes.Type.FILE));
    }
  }

  private void addDirectory(String below) {
    String component = below.substring(0, below.length() - 1);
    FileName name = KeyNames.name(component);
    if (name == null
        || hidden.test(name)
        || uploadNames.contains(name)
        || beginnings.contains(component)) {
      return;
    }
    if (bucket.traits().exactListings()) {
      ask(name, prefix + below, FileAttributes.Type.DIRECTORY);
    } else {
      known(name, Directories.implied(prefix + below).attributes(FileAttributes.Type.DIRECTORY));
    }
  }

  private void known(FileName name, FileAttributes attributes) {
    ahead.add(new Coming(name, CompletableFuture.completedFuture(Optional.of(attributes))));
  }

  private void ask(FileName name, String key, FileAttributes.Type type) {
    ahead.add(new Coming(name, asking.submit(() -> found(key, type))));
  }

  private Optional<FileAttributes> found(String key, FileAttributes.Type type) throws FileFailure {
    Optional<FileAttributes> found = bucket.head(key).map(object -> object.attributes(type));
    return found.isEmpty() && type == FileAttributes.Type.DIRECTORY
        ? Optional.of(Directories.implied(key).attributes(type))
        : found;
  }

  @Override
  public void close() {
    closed = true;
    asking.shutdownNow();
  }
}
