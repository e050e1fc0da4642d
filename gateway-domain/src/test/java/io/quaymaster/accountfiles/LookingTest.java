package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.NOT_A_DIRECTORY;
import static io.quaymaster.files.FileFailure.Kind.NOT_FOUND;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileStore;
import io.quaymaster.files.MemoryFileStore;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A path without links costs no request for each of its components. */
class LookingTest {
  private final AtomicInteger looks = new AtomicInteger();
  private TestCluster cluster;
  private Actor alice;

  @BeforeEach
  void open() throws Exception {
    cluster = TestCluster.open();
    cluster.storeOf("main", "acme", counting(new MemoryFileStore(MemoryFileStore.UPLOADS)));
    cluster.account("alice@acme");
    alice = cluster.process().as("alice@acme");
    alice.mkdir("/a").mkdir("/a/b").mkdir("/a/b/c").put("/a/b/c/f", "f").put("/f", "f");
    looks.set(0);
  }

  @AfterEach
  void close() {
    alice.close();
    cluster.close();
  }

  private FileStore counting(FileStore store) {
    return (FileStore)
        Proxy.newProxyInstance(
            FileStore.class.getClassLoader(),
            new Class<?>[] {FileStore.class},
            (_, method, arguments) -> {
              if (method.getName().equals("attributes")) {
                looks.incrementAndGet();
              }
              try {
                return method.invoke(store, arguments);
              } catch (InvocationTargetException failed) {
                throw failed.getCause();
              }
            });
  }

  private int looksAt(String path) throws Exception {
    looks.set(0);
    assertThat(alice.realpath(path)).isEqualTo("/a/b/c");
    return looks.getAndSet(0);
  }

  @Test
  void onlyTheEndAndWhatIsLeftByDotsIsLookedAt() throws Exception {
    assertThat(looksAt("/a/b/c")).isEqualTo(1);
    assertThat(looksAt("/a/b/../b/c")).isEqualTo(2);
  }

  @Test
  void whatTheTextSaysIsAskedOfTheStoreAllTheSame() throws Exception {
    fails(() -> alice.realpath("/a/none/../b"), NOT_FOUND);
    fails(() -> alice.realpath("/f/../a"), NOT_A_DIRECTORY);
    fails(() -> alice.realpath("/none/none/x"), NOT_FOUND);
    fails(() -> alice.realpath("/f/b/x"), NOT_A_DIRECTORY);
    fails(() -> alice.stat("/a/b/c/f/"), NOT_A_DIRECTORY);
    fails(() -> alice.mv("/f", "/none/f"), NOT_FOUND);
    assertThat(alice.realpath("/a/b/x")).isEqualTo("/a/b/x");
    assertThat(alice.get("/a/../a/b/./c/f")).isEqualTo("f");
  }
}
