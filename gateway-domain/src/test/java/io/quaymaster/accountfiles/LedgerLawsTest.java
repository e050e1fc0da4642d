package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.STORE_ERROR;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.MemoryFaults;
import io.quaymaster.quota.LedgerSettings;
import io.quaymaster.transfer.Transfer.Outcome;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Under any interleaving of what clients do, on two processes at once and over a store that fails
 * now and then: no limit is ever exceeded, and in the end what is used is what the stores hold.
 *
 * <p>Two processes never change one file at the same time here: that is counted by each for itself.
 */
class LedgerLawsTest {
  private static final LedgerSettings SETTINGS =
      new LedgerSettings(
          500,
          4_000,
          4,
          Duration.ofMillis(10),
          Duration.ofMillis(30),
          Duration.ofMillis(100),
          Duration.ofMinutes(1),
          Duration.ofMillis(20),
          Duration.ZERO);

  /** How things may be refused when everybody does everything at once. */
  private static final Set<Kind> EXPECTED =
      EnumSet.of(
          Kind.QUOTA_BYTES,
          Kind.QUOTA_FILES,
          Kind.NOT_FOUND,
          Kind.EXISTS,
          Kind.IS_A_DIRECTORY,
          Kind.NOT_A_DIRECTORY,
          Kind.DIRECTORY_NOT_EMPTY,
          Kind.BUSY,
          Kind.CROSSES_STORES,
          Kind.INVALID_ARGUMENT,
          Kind.STORE_ERROR,
          Kind.STORE_FULL,
          Kind.UNSUPPORTED);

  private static final List<String> LOGINS = List.of("alice@acme", "bob@acme", "carl@acme");
  private static final int STEPS = 150;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void limitsHoldAndTheEndIsExact(long seed) throws Exception {
    try (TestCluster cluster = TestCluster.open()) {
      live(cluster, seed, 1);
    }
  }

  /** With two sessions of each account in each process, which take uploads from each other. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void theSameHoldsWhereAStoreTakesUploads(long seed) throws Exception {
    try (TestCluster cluster = TestCluster.open()) {
      cluster.storeOfUploads("main", "acme");
      live(cluster, seed, 2);
    }
  }

  private static void live(TestCluster cluster, long seed, int sessions) throws Exception {
    cluster.account("alice@acme").home("main", "a").limits(30_000L, 40L);
    cluster.account("bob@acme").home("main", "a/b").limits(12_000L, 20L);
    cluster.account("carl@acme").home("main", "c").limits(null, 25L);
    cluster.tenantLimits("acme", 40_000L, 60L);
    List<TestProcess> processes = List.of(cluster.process(SETTINGS), cluster.process(SETTINGS));
    AtomicBoolean over = new AtomicBoolean();
    List<Callable<Void>> writers = new ArrayList<>();
    for (int i = 0; i < LOGINS.size() * processes.size() * sessions; i++) {
      String login = LOGINS.get(i / 2 % LOGINS.size());
      Actor actor = processes.get(i % 2).as(login);
      Client client =
          new Client(
              actor,
              "p" + i % 2,
              login.startsWith("alice"),
              new Random(seed * 1_000 + i),
              cluster.memoryStore("main", "acme").faults());
      writers.add(client::live);
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Integer> watcher = threads.submit(() -> watch(cluster, over));
      List<Future<Void>> lives = writers.stream().map(threads::submit).toList();
      try {
        for (Future<Void> life : lives) {
          life.get();
        }
      } finally {
        over.set(true);
      }
      assertThat(watcher.get()).as("moments looked at").isPositive();
    }
    cluster.memoryStore("main", "acme").faults().heal();
    cluster.isExact();
    processes.forEach(p -> assertThat(p.driftBytes()).isZero());
  }

  private static int watch(TestCluster cluster, AtomicBoolean over) {
    int moments = 0;
    while (!over.get()) {
      cluster.keepsLimits();
      moments++;
    }
    return moments;
  }

  /** Somebody who does anything, with few names so that everybody meets everybody. */
  private static final class Client {
    private final Actor actor;
    private final String prefix;
    private final boolean reachesNestedPlace;
    private final Random random;
    private final MemoryFaults faults;

    Client(
        Actor actor,
        String prefix,
        boolean reachesNestedPlace,
        Random random,
        MemoryFaults faults) {
      this.actor = actor;
      this.prefix = prefix;
      this.reachesNestedPlace = reachesNestedPlace;
      this.random = random;
      this.faults = faults;
    }

    Void live() throws FileFailure {
      for (int step = 0; step < STEPS; step++) {
        try {
          doSomething();
        } catch (FileFailure refused) {
          if (!EXPECTED.contains(refused.kind())) {
            throw refused;
          }
        }
      }
      actor.close();
      return null;
    }

    private String name() {
      String directory =
          switch (random.nextInt(reachesNestedPlace ? 4 : 3)) {
            case 0 -> "/" + prefix + "d/";
            case 3 -> "/b/";
            default -> "/";
          };
      return directory + prefix + random.nextInt(5);
    }

    private String directory() {
      return (reachesNestedPlace && random.nextBoolean() ? "/b/" : "/") + prefix + "d";
    }

    private void doSomething() throws FileFailure {
      switch (random.nextInt(16)) {
        case 0, 1, 2 -> actor.put(name(), random.nextInt(6_000));
        case 3 -> actor.append(name(), "x".repeat(random.nextInt(1_000)));
        case 4 -> actor.truncate(name(), random.nextInt(4_000));
        case 5, 6 -> actor.rm(name());
        case 7 -> actor.mv(name(), name());
        case 8 -> actor.rename(name(), name());
        case 9 -> actor.ln(name(), name());
        case 10 -> actor.symlink(prefix + "nowhere", name());
        case 11 -> actor.mkdir(directory());
        case 12 -> actor.mv(directory(), directory());
        case 13 -> actor.rmdir(directory());
        case 14 -> breakStore();
        default -> edit();
      }
    }

    private void edit() throws FileFailure {
      String name = name();
      AccountFile file = actor.edit(name);
      Outcome outcome = random.nextInt(3) == 0 ? Outcome.ABORTED : Outcome.COMPLETED;
      try {
        for (int i = random.nextInt(5); i > 0; i--) {
          switch (random.nextInt(7)) {
            case 5, 6 ->
                file.write(
                    file.attributes().sizeBytes(), ByteBuffer.allocate(random.nextInt(2_000)));
            case 0 -> file.setSize(random.nextInt(5_000));
            case 1 -> file.prepareWrite(random.nextInt(4_000), random.nextInt(1_000));
            case 2 -> actor.rm(name);
            default ->
                file.write(random.nextInt(4_000), ByteBuffer.allocate(random.nextInt(2_000)));
          }
        }
      } finally {
        FileFailure failed = file.end(outcome);
        assertThat(failed == null || EXPECTED.contains(failed.kind())).as("%s", failed).isTrue();
      }
    }

    private void breakStore() {
      switch (random.nextInt(6)) {
        case 2 -> faults.failPreserves(STORE_ERROR, random.nextInt(2_000));
        case 3 -> faults.failPublishes(STORE_ERROR, random.nextInt(2_000) - 500);
        case 0 -> faults.failWrites(random.nextInt(5_000), STORE_ERROR);
        case 1 -> faults.failCloses(STORE_ERROR);
        default -> faults.heal();
      }
    }
  }
}
