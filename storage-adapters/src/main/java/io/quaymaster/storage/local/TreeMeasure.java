package io.quaymaster.storage.local;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.StoreKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Adds up everything below a key. Goes down by descriptors and not by paths, because a tree can be
 * deeper than a path is long; of the directories on the way down only the last {@link #MAX_OPEN}
 * are kept open, and one further up is opened again, from the top, if more of it is to be seen.
 *
 * <p>Memory: names of the directories still to be seen along one way down, and one entry for each
 * file with several names. What vanishes or is swapped during the walk is left out.
 */
final class TreeMeasure {
  static final int MAX_OPEN = 32;

  private static final long OPEN = Posix.O_NONBLOCK | Posix.O_DIRECTORY;

  /** A measurement is nobody's access: what a partner set as a directory's access time stays. */
  private static final long UNSEEN = OPEN | Posix.O_NOATIME;

  private static final int CLOSED = -1;

  /** A directory on the way down. */
  private static final class Level {
    final String name;
    final Deque<String> directories = new ArrayDeque<>();
    int fd;

    Level(String name, int fd) {
      this.name = name;
      this.fd = fd;
    }
  }

  /** A file with several names: how many were found. */
  private static final class Names {
    final int links;
    int found;

    Names(int links) {
      this.links = links;
    }
  }

  private final Call call;
  private final List<Level> way = new ArrayList<>();
  private final Map<FileAttributes.Identity, Names> linked = new HashMap<>();
  private long bytes;
  private long files;

  TreeMeasure(Call call) {
    this.call = call;
  }

  /**
   * @param start attributes of what the key names
   */
  Measure of(StoreKey key, FileAttributes start) throws FileFailure {
    if (start.isDirectory()) {
      int fd = open(call.root(), key.isRoot() ? "." : key.byteText());
      if (!vanished(fd)) {
        walk(Call.checkOpened(fd));
      }
    } else {
      count(start);
    }
    boolean elsewhere = linked.values().stream().anyMatch(names -> names.found < names.links);
    return new Measure(bytes, files, elsewhere);
  }

  private void walk(int top) throws FileFailure {
    try {
      enter(new Level("", top));
      while (!way.isEmpty()) {
        Level last = way.getLast();
        String next = last.directories.poll();
        if (next == null) {
          leave(way.removeLast());
        } else {
          descend(last, next);
        }
      }
    } finally {
      way.forEach(this::leave);
    }
  }

  private void descend(Level from, String name) throws FileFailure {
    if (from.fd == CLOSED) {
      from.fd = reopen();
    }
    if (from.fd == CLOSED) {
      from.directories.clear();
      return;
    }
    int fd = open(from.fd, name);
    if (!vanished(fd)) {
      enter(new Level(name, Call.checkOpened(fd)));
    }
  }

  private void enter(Level level) throws FileFailure {
    way.add(level);
    int surplus = way.size() - 1 - MAX_OPEN;
    if (surplus > 0) {
      leave(way.get(surplus));
    }
    DirectoryReader names = new DirectoryReader(level.fd);
    Scratch s = call.scratch;
    for (String name = names.next(s); name != null; name = names.next(s)) {
      long result = Posix.statx(s, level.fd, Scratch.put(s.name, name), Posix.AT_SYMLINK_NOFOLLOW);
      if (!vanished(result)) {
        Call.check(result);
        FileAttributes found = Stat.attributes(s.out);
        if (found.isDirectory()) {
          level.directories.add(name);
        } else {
          count(found);
        }
      }
    }
  }

  private void count(FileAttributes found) {
    files++;
    if (!found.isFile()) {
      return;
    }
    if (found.links() > 1) {
      Names names = linked.computeIfAbsent(found.identity(), _ -> new Names(found.links()));
      names.found++;
      if (names.found > 1) {
        return;
      }
    }
    bytes += found.sizeBytes();
  }

  /** The last level's directory, from the first level's, which is always open. */
  private int reopen() throws FileFailure {
    String path = String.join("/", way.stream().skip(1).map(level -> level.name).toList());
    int fd = open(way.getFirst().fd, path);
    return vanished(fd) ? CLOSED : Call.checkOpened(fd);
  }

  private int open(int directory, String path) {
    int fd = call.openBelow(directory, path, UNSEEN, 0);
    // Only the owner may ask for O_NOATIME (open(2)), and an operator can have made a directory.
    return Errno.EPERM.is(fd) ? call.openBelow(directory, path, OPEN, 0) : fd;
  }

  private void leave(Level level) {
    if (level.fd != CLOSED) {
      Posix.close(call.scratch, level.fd);
      level.fd = CLOSED;
    }
  }

  private static boolean vanished(long result) {
    return Errno.ENOENT.is(result) || Errno.ENOTDIR.is(result) || Errno.ELOOP.is(result);
  }
}
