package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.key;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.Listing;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whoever puts, removes and renames files and directories in one small tree: what was acknowledged
 * is there once, what was removed or refused is not, and who lists a directory sees all of it or
 * finds it gone.
 *
 * <p>Run with {@code -Dtest.s3.seeds=N} for more.
 */
class DirectoryLawsTest {
  private static final int SEEDS = Integer.getInteger("test.s3.seeds", 2);

  private static final List<String> DIRECTORIES =
      List.of("a", "b", "c", "d", "e", "a/x", "b/x", "c/y");

  /** Files that nobody but a directory's renaming moves: together, always. */
  private static final List<String> GROUPS = List.of("a", "b", "a/x");

  private static final int GROUP = 4;

  private static final Set<Kind> EXPECTED =
      EnumSet.of(
          Kind.NOT_FOUND,
          Kind.EXISTS,
          Kind.BUSY,
          Kind.DIRECTORY_NOT_EMPTY,
          Kind.NOT_A_DIRECTORY,
          Kind.IS_A_DIRECTORY,
          Kind.INVALID_ARGUMENT);

  /** What takes another process less than this is exact: see ADR 10. */
  private static final Duration EXACT = Duration.ofMillis(400);

  /** What must be true of a file in the end. */
  private enum Fate {
    UNDER_WAY,
    THERE,
    GONE,
    NOT_KNOWN
  }

  private final BucketStore it = BucketStore.open();
  private final MemoryDirectoryMoves elsewhere = it.moves.ofAnotherProcess();

  /** By what is written in the file, whatever its name. */
  private final Map<String, Fate> fates = new ConcurrentHashMap<>();

  /** What is in a file, by its last name, which no other file ever has. */
  private final Map<String, String> contents = new ConcurrentHashMap<>();

  /** Last names that were removed, or renamed. */
  private final Set<String> left = ConcurrentHashMap.newKeySet();

  /** Uploads that were given up, perhaps in vain. */
  private final Map<StoreKey, S3FileStore> hidden = new ConcurrentHashMap<>();

  private final AtomicInteger numbers = new AtomicInteger();
  private final AtomicInteger moved = new AtomicInteger();
  private final AtomicInteger moversLeft = new AtomicInteger();

  static LongStream seeds() {
    return LongStream.rangeClosed(1, SEEDS);
  }

  @AfterEach
  void close() {
    it.close();
  }

  @ParameterizedTest
  @MethodSource("seeds")
  void throughOneStore(long seed) throws Exception {
    elsewhere.die();
    live(seed, List.of(it.store), 12);
  }

  /** Two processes never change one file here: nothing keeps them from making it two. */
  @ParameterizedTest
  @MethodSource("seeds")
  void throughTwo(long seed) throws Exception {
    S3FileStore other = it.openElsewhere(elsewhere);
    live(seed, List.of(it.store, other), 1);
    other.close();
  }

  private void live(long seed, List<S3FileStore> stores, int moves) throws Exception {
    plantGroups();
    List<Callable<Void>> lives = new ArrayList<>();
    int each = 4 / stores.size();
    for (int i = 0; i < stores.size() * each; i++) {
      int process = i / each;
      boolean exact = stores.size() == 1;
      lives.add(
          new Writer(stores.get(process), "p" + process, exact, new Random(seed * 1_000 + i)));
    }
    for (int i = 0; i < 2; i++) {
      lives.add(
          new Mover(stores.get(i % stores.size()), new Random(seed * 1_000 + 100 + i), moves));
    }
    moversLeft.set(2);
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> life : lives.stream().map(threads::submit).toList()) {
        life.get();
      }
    }
    assertThat(it.moves.all()).isEmpty();
    removeHidden();
    for (S3FileStore store : stores) {
      assertLaws(store);
    }
    System.out.printf(
        "seed %d, %d store(s): %d renames of directories, %d files, of which %d are not known%n",
        seed,
        stores.size(),
        moved.get(),
        fates.size(),
        fates.values().stream().filter(fate -> fate == Fate.NOT_KNOWN).count());
  }

  private void removeHidden() throws FileFailure {
    for (Map.Entry<StoreKey, S3FileStore> each : hidden.entrySet()) {
      try {
        each.getValue().remove(each.getKey());
      } catch (FileFailure gone) {
        assertThat(gone.kind()).isEqualTo(Kind.NOT_FOUND);
      }
    }
  }

  private void plantGroups() throws FileFailure {
    for (String directory : List.of("a", "b", "a/x")) {
      it.store.makeDirectory(key(directory), 0755);
      for (int i = 0; i < GROUP; i++) {
        String name = groupOf(directory) + i;
        it.plant(directory + "/" + name, name);
        fates.put(name, Fate.THERE);
      }
    }
  }

  private static String groupOf(String directory) {
    return "group-" + directory.replace("/", "") + "-";
  }

  /** Every file that is there in the end, once for each name it has. */
  private void assertLaws(S3FileStore store) throws FileFailure {
    Map<String, List<String>> found = new HashMap<>();
    walk(store, StoreKey.ROOT, found);
    for (Map.Entry<String, Fate> each : fates.entrySet()) {
      List<String> paths = found.getOrDefault(each.getKey(), List.of());
      switch (each.getValue()) {
        case THERE -> assertThat(paths).as("%s is there", each).hasSize(1);
        case GONE -> assertThat(paths).as("%s is gone", each).isEmpty();
        case UNDER_WAY -> throw new AssertionError(each + " is still under way");
        case NOT_KNOWN -> {}
      }
    }
    assertThat(fates).containsKeys(found.keySet().toArray(String[]::new));
  }

  private void walk(S3FileStore store, StoreKey directory, Map<String, List<String>> found)
      throws FileFailure {
    try (Listing listing = store.list(directory)) {
      for (Listing.Entry entry = listing.next(); entry != null; entry = listing.next()) {
        StoreKey child = directory.child(entry.name());
        if (entry.attributes().isDirectory()) {
          walkUnlessPhantom(store, child, found);
        } else {
          String path = child.byteText();
          found.computeIfAbsent(BucketStore.read(store, path), _ -> new ArrayList<>()).add(path);
        }
      }
    }
  }

  /** The server of the tests shows prefixes that no key has, of files removed and put at once. */
  private void walkUnlessPhantom(
      S3FileStore store, StoreKey directory, Map<String, List<String>> found) throws FileFailure {
    String prefix = BucketStore.PREFIX + directory.byteText() + "/";
    if (it.raw.keys().stream().anyMatch(key -> key.startsWith(prefix))) {
      walk(store, directory, found);
    }
  }

  private static Set<String> names(S3FileStore store, String directory) throws FileFailure {
    Set<String> names = new HashSet<>();
    try (Listing listing = store.list(key(directory))) {
      for (Listing.Entry entry = listing.next(); entry != null; entry = listing.next()) {
        assertThat(names.add(entry.name().byteText())).as("%s is listed once", entry).isTrue();
      }
    }
    for (String group : GROUPS) {
      long here = names.stream().filter(name -> name.startsWith(groupOf(group))).count();
      assertThat(here).as("of the files of %s in %s: %s", group, directory, names).isIn(0L, 4L);
    }
    return names;
  }

  private static <T> T any(Random random, List<T> list) {
    return list.get(random.nextInt(list.size()));
  }

  private static void refused(FileFailure failure) throws FileFailure {
    if (!EXPECTED.contains(failure.kind())) {
      throw failure;
    }
  }

  /** Renames directories, makes and removes them. */
  private final class Mover implements Callable<Void> {
    private static final int TRIES = 150;

    private final S3FileStore store;
    private final Random random;
    private final int moves;

    Mover(S3FileStore store, Random random, int moves) {
      this.store = store;
      this.random = random;
      this.moves = moves;
    }

    @Override
    public Void call() throws FileFailure {
      try {
        int done = 0;
        for (int i = 0; done == 0 || (i < TRIES && done < moves); i++) {
          try {
            done += doSomething();
          } catch (FileFailure failure) {
            refused(failure);
          }
        }
      } finally {
        moversLeft.decrementAndGet();
      }
      return null;
    }

    private int doSomething() throws FileFailure {
      String directory = any(random, DIRECTORIES);
      switch (random.nextInt(12)) {
        case 0 -> store.makeDirectory(key(directory), 0755);
        case 1 -> store.removeDirectory(key(directory));
        default -> {
          String to = any(random, DIRECTORIES);
          store.rename(key(directory), key(to), true);
          if (!directory.equals(to)) {
            moved.incrementAndGet();
            return 1;
          }
        }
      }
      return 0;
    }
  }

  /** Puts files, removes and renames those of its process, changes their attributes. */
  private final class Writer implements Callable<Void> {
    private static final int MOST = 8;

    private final S3FileStore store;
    private final String process;
    private final boolean exact;
    private final Random random;

    Writer(S3FileStore store, String process, boolean exact, Random random) {
      this.store = store;
      this.process = process;
      this.exact = exact;
      this.random = random;
    }

    @Override
    public Void call() throws FileFailure {
      while (moversLeft.get() > 0) {
        try {
          doSomething(any(random, DIRECTORIES));
        } catch (FileFailure failure) {
          refused(failure);
        }
      }
      return null;
    }

    private void doSomething(String directory) throws FileFailure {
      List<String> mine =
          names(store, directory).stream().filter(name -> name.startsWith(process)).toList();
      if (mine.isEmpty() || (mine.size() < MOST && random.nextInt(3) == 0)) {
        put(directory);
        return;
      }
      String name = any(random, mine);
      StoreKey file = key(directory + "/" + name);
      switch (random.nextInt(3)) {
        case 0 -> leaving(name, Fate.GONE, () -> store.remove(file));
        case 1 -> {
          String other = newName(contentOf(name));
          StoreKey to = key(any(random, DIRECTORIES) + "/" + other);
          boolean replace = random.nextBoolean();
          leaving(name, Fate.THERE, () -> store.rename(file, to, replace));
        }
        default -> describe(file, contentOf(name));
      }
    }

    private void describe(StoreKey file, String content) throws FileFailure {
      long began = System.nanoTime();
      store.setAttributes(file, new AttributeChange(0600 | random.nextInt(64), null));
      if (tookLong(began)) {
        fates.put(content, Fate.NOT_KNOWN);
      }
    }

    private String newName(String content) {
      String name = process + "-" + numbers.incrementAndGet();
      contents.put(name, content);
      return name;
    }

    private String contentOf(String name) {
      return contents.getOrDefault(name, "a name that nobody gave");
    }

    private void put(String directory) throws FileFailure {
      String content = "content-" + numbers.incrementAndGet();
      String name = newName(content);
      fates.put(content, Fate.UNDER_WAY);
      StoreKey target = key(directory + "/" + name);
      long began = System.nanoTime();
      try {
        if (random.nextInt(4) == 0) {
          write(store.create(target, Access.WRITE, 0644), content);
        } else {
          putAside(directory, target, content);
        }
      } catch (FileFailure failure) {
        fates.put(content, failure.kind() == Kind.STORE_ERROR ? Fate.NOT_KNOWN : Fate.GONE);
        throw failure;
      }
      // Somebody may have found and removed it already.
      fates.replace(content, Fate.UNDER_WAY, tookLong(began) ? Fate.NOT_KNOWN : Fate.THERE);
    }

    private void putAside(String directory, StoreKey target, String content) throws FileFailure {
      StoreKey aside = key(directory + "/" + FileStore.ASIDE + numbers.incrementAndGet());
      write(store.createAside(aside, target, Access.WRITE, 0644), content);
      try {
        store.publish(aside, target);
      } catch (FileFailure failure) {
        giveUp(aside);
        throw failure;
      }
    }

    private void giveUp(StoreKey aside) throws FileFailure {
      while (true) {
        try {
          store.remove(aside);
          return;
        } catch (FileFailure failure) {
          if (failure.kind() == Kind.NOT_FOUND) {
            // Or it is hidden, for a directory is about to come here, and will be refused.
            hidden.put(aside, store);
            return;
          }
          refused(failure);
        }
      }
    }

    private static void write(OpenFile file, String content) throws FileFailure {
      file.write(0, ByteBuffer.wrap(content.getBytes(StandardCharsets.UTF_8)));
      file.close();
    }

    /** Takes a name from a file, which only one can do. */
    private void leaving(String name, Fate fate, Step change) throws FileFailure {
      long began = System.nanoTime();
      String content = contentOf(name);
      change.run();
      if (tookLong(began)) {
        fates.put(content, Fate.NOT_KNOWN);
      } else {
        assertThat(left.add(name)).as("%s left its name once", name).isTrue();
        fates.computeIfPresent(
            content,
            (same, before) -> before == Fate.NOT_KNOWN || fate == Fate.THERE ? before : fate);
      }
    }

    /** Longer than another process surely waits for it. */
    private boolean tookLong(long began) {
      return !exact && System.nanoTime() - began > EXACT.toNanos();
    }
  }
}
