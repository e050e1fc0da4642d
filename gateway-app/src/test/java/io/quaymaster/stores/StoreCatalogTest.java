package io.quaymaster.stores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.MemoryFileStore;
import io.quaymaster.files.StoreKey;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StoreCatalogTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final long SLOW = 1;
  private static final long QUICK = 2;
  private static final long MISSING = 3;

  private final AtomicInteger openings = new AtomicInteger();
  private final CountDownLatch slowBegins = new CountDownLatch(1);
  private final CountDownLatch slowMayEnd = new CountDownLatch(1);
  private final CompletableFuture<FileStore> slowOpened = new CompletableFuture<>();
  private final StoreCatalog catalog = new StoreCatalog(this::open);
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();

  @AfterEach
  void end() {
    slowMayEnd.countDown();
    threads.close();
    catalog.close();
  }

  private FileStore open(long storeId) throws FileFailure {
    openings.incrementAndGet();
    if (storeId == MISSING) {
      throw new FileFailure(Kind.NOT_FOUND, "no such store");
    }
    FileStore store = new MemoryFileStore();
    if (storeId == SLOW) {
      slowBegins.countDown();
      await(slowMayEnd);
      slowOpened.complete(store);
    }
    return store;
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(LONG.toSeconds(), TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException ended) {
      throw new IllegalStateException(ended);
    }
  }

  @Test
  void aStoreIsOpenedOnceAndKept() throws Exception {
    FileStore first = catalog.store(QUICK);

    assertThat(catalog.store(QUICK)).isSameAs(first);
    assertThat(openings).hasValue(1);
  }

  @Test
  void whoOpensASlowStoreHoldsUpNobodyElse() throws Exception {
    Future<FileStore> waiting = threads.submit(() -> catalog.store(SLOW));
    await(slowBegins);

    assertThat(threads.submit(() -> catalog.store(QUICK)).get(30, TimeUnit.SECONDS)).isNotNull();
    assertThat(waiting.isDone()).isFalse();

    slowMayEnd.countDown();
    assertThat(waiting.get(30, TimeUnit.SECONDS)).isSameAs(catalog.store(SLOW));
  }

  @Test
  void manyWhoAskAtOnceGetTheSame() throws Exception {
    Callable<FileStore> asking = () -> catalog.store(SLOW);
    slowMayEnd.countDown();

    List<FileStore> stores =
        threads.invokeAll(Stream.generate(() -> asking).limit(16).toList()).stream()
            .map(Future::resultNow)
            .toList();

    assertThat(stores).containsOnly(stores.getFirst());
    assertThat(openings).hasValue(1);
  }

  @Test
  void whatCouldNotBeOpenedIsTriedAgain() {
    for (int i = 1; i <= 2; i++) {
      assertThatThrownBy(() -> catalog.store(MISSING)).isInstanceOf(FileFailure.class);
      assertThat(openings).hasValue(i);
    }
  }

  @Test
  void aForgottenStoreIsClosed() throws Exception {
    FileStore store = catalog.store(QUICK);

    catalog.forget(QUICK);
    catalog.forget(QUICK);

    assertClosed(store);
    assertThat(catalog.store(QUICK)).isNotSameAs(store);
  }

  private static void assertClosed(FileStore store) {
    assertThatThrownBy(() -> store.attributes(StoreKey.ROOT))
        .isInstanceOfSatisfying(
            FileFailure.class, f -> assertThat(f.kind()).isEqualTo(Kind.INVALID_HANDLE));
  }

  /** The notice arrives on the one thread that hears all of them. */
  @Test
  void forgettingDoesNotWaitForTheOpening() throws Exception {
    Future<FileStore> waiting = threads.submit(() -> catalog.store(SLOW));
    await(slowBegins);

    catalog.forget(SLOW);

    slowMayEnd.countDown();
    assertThatThrownBy(() -> waiting.get(30, TimeUnit.SECONDS))
        .hasCauseInstanceOf(FileFailure.class)
        .hasMessageContaining("no such store");
    assertClosed(slowOpened.get(30, TimeUnit.SECONDS));
  }
}
