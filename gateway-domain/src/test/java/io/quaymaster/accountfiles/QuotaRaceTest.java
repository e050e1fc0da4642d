package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.QUOTA_BYTES;
import static io.quaymaster.files.FileFailure.Kind.QUOTA_FILES;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** At the quota's edge, while many upload: on one process, and on two that share the limit. */
class QuotaRaceTest {
  private static final int UPLOADS = 8;
  private static final int PIECES = 40;
  private static final int PIECE_BYTES = 700;
  private static final long LIMIT = (long) UPLOADS * PIECES * PIECE_BYTES;

  private static List<TestProcess> processes(TestCluster cluster, int count) throws Exception {
    List<TestProcess> processes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      processes.add(cluster.process());
    }
    return processes;
  }

  private static void together(List<Callable<Void>> parts) throws Exception {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Void> part : threads.invokeAll(parts)) {
        part.get();
      }
    }
  }

  private static Void upload(Actor actor, String path) throws FileFailure {
    AccountFile file = actor.edit(path);
    for (int piece = 0; piece < PIECES; piece++) {
      file.write((long) piece * PIECE_BYTES, ByteBuffer.allocate(PIECE_BYTES));
    }
    file.close();
    return null;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void manyUploadsFillTheLimitToTheLastByte(int count) throws Exception {
    try (TestCluster cluster = TestCluster.open()) {
      cluster.account("alice@acme").limits(LIMIT, null);
      List<TestProcess> processes = processes(cluster, count);
      List<Callable<Void>> uploads = new ArrayList<>();
      for (int i = 0; i < UPLOADS; i++) {
        Actor alice = processes.get(i % count).as("alice@acme");
        String path = "/file" + i;
        uploads.add(() -> upload(alice, path));
      }
      together(uploads);
      for (TestProcess process : processes) {
        Actor alice = process.as("alice@acme");
        fails(() -> alice.append("/more", "x"), QUOTA_BYTES);
        alice.rm("/more");
      }
      cluster.isExact();
      assertThat(cluster.account("alice@acme").usage().bytes()).isEqualTo(LIMIT);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void manyFilesFillTheLimitToTheLastOne(int count) throws Exception {
    try (TestCluster cluster = TestCluster.open()) {
      cluster.account("alice@acme").limits(null, (long) UPLOADS * PIECES);
      List<TestProcess> processes = processes(cluster, count);
      List<Callable<Void>> uploads = new ArrayList<>();
      for (int i = 0; i < UPLOADS; i++) {
        Actor alice = processes.get(i % count).as("alice@acme");
        String path = "/file" + i + "-";
        uploads.add(
            () -> {
              for (int n = 0; n < PIECES; n++) {
                alice.put(path + n, "");
              }
              return null;
            });
      }
      together(uploads);
      for (TestProcess process : processes) {
        Actor alice = process.as("alice@acme");
        fails(() -> alice.put("/more", ""), QUOTA_FILES);
      }
      cluster.isExact();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void exactlyWhatRemainsFitsWhileOthersUpload(int count) throws Exception {
    try (TestCluster cluster = TestCluster.open()) {
      cluster.account("alice@acme").limits(LIMIT + 1_000, null);
      List<TestProcess> processes = processes(cluster, count);
      AtomicBoolean done = new AtomicBoolean();
      List<Callable<Void>> parts = new ArrayList<>();
      for (int i = 0; i < UPLOADS; i++) {
        Actor alice = processes.get(i % count).as("alice@acme");
        String path = "/file" + i;
        // Reserves its share at once, and rewrites it as long as the play goes on.
        alice.truncate(put(alice, path), (long) PIECES * PIECE_BYTES);
        parts.add(
            () -> {
              AccountFile file = alice.edit(path);
              while (!done.get()) {
                for (int piece = 0; piece < PIECES; piece++) {
                  file.write((long) piece * PIECE_BYTES, ByteBuffer.allocate(PIECE_BYTES));
                }
              }
              file.close();
              return null;
            });
      }
      parts.add(
          () -> {
            try {
              Actor alice = processes.getFirst().as("alice@acme");
              for (int round = 0; round < 20; round++) {
                alice.put("/exact", 1_000);
                fails(() -> alice.append("/exact", "x"), QUOTA_BYTES);
                alice.rm("/exact");
              }
              return null;
            } finally {
              done.set(true);
            }
          });
      together(parts);
      cluster.isExact();
    }
  }

  private static String put(Actor actor, String path) throws FileFailure {
    actor.put(path, "");
    return path;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whoIsRefusedInItsOwnPlaceTakesNothingFromTheTenant(int count) throws Exception {
    try (TestCluster cluster = TestCluster.open()) {
      cluster.account("greedy@acme").limits(10L, null);
      cluster.account("alice@acme");
      cluster.tenantLimits("acme", 10_000L, null);
      List<TestProcess> processes = processes(cluster, count);
      AtomicBoolean done = new AtomicBoolean();
      List<Callable<Void>> parts = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        Actor greedy = processes.get(i % count).as("greedy@acme");
        String path = "/file" + i;
        parts.add(
            () -> {
              while (!done.get()) {
                fails(() -> greedy.put(path, 9_000), QUOTA_BYTES);
              }
              return null;
            });
      }
      parts.add(
          () -> {
            try {
              Actor alice = processes.getFirst().as("alice@acme");
              for (int round = 0; round < 30; round++) {
                alice.put("/all", 10_000).rm("/all");
              }
              return null;
            } finally {
              done.set(true);
            }
          });
      together(parts);
      cluster.isExact();
    }
  }
}
