package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.key;
import static io.quaymaster.storage.s3.FaultProxy.anyRequest;
import static io.quaymaster.storage.s3.FaultProxy.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Requests about files, and not of their bytes, on a store that fails. */
class FaultTest {
  private final BucketStore it = BucketStore.open();

  @AfterEach
  void close() {
    it.close();
  }

  @Test
  void anOverloadedStoreIsAskedAgain() throws FileFailure {
    it.plant("d/f", "hello");
    it.proxy.next(3, requests("HEAD", "/in/d/f"), new Fault.SlowDown());
    assertThat(it.store.attributes(key("d/f")).sizeBytes()).isEqualTo(5);
    it.proxy.next(3, requests("GET", "list-type"), new Fault.SlowDown());
    assertThat(it.list(key("d"))).containsExactly("f");
    assertThat(it.proxy.injected()).isEqualTo(6);
  }

  @Test
  void lostAnswersAreAskedForAgain() throws FileFailure {
    it.plant("d/f", "hello");
    it.proxy.next(2, anyRequest(), new Fault.LoseResponse());
    assertThat(it.store.attributes(key("d/f")).sizeBytes()).isEqualTo(5);
    it.proxy.next(1, requests("PUT", "/in/g"), new Fault.LoseResponse());
    it.store.rename(key("d/f"), key("g"), true);
    assertThat(it.list(StoreKey.ROOT)).containsExactly("d/", "g");
    assertThat(it.proxy.injected()).isEqualTo(3);
  }

  @Test
  void whoStaysAwayIsGivenUpInWords() {
    it.proxy.every(anyRequest(), new Fault.SlowDown());
    assertFails("the store is overloaded");
    it.proxy.heal();
    it.proxy.refuse();
    assertFails("the store cannot be reached");
  }

  private void assertFails(String words) {
    assertThatExceptionOfType(FileFailure.class)
        .isThrownBy(() -> it.store.attributes(key("f")))
        .matches(failure -> failure.kind() == Kind.STORE_ERROR)
        .withMessageContaining(words);
  }

  /** All that is asked of the dead one hangs for as long as this takes. */
  @Test
  void aDeadStoreSlowsNoOther() throws Exception {
    try (BucketStore dead = new BucketStore(S3Server.Backend.MEMORY, S3Limits.DEFAULTS);
        S3FileStore alive = dead.open(dead.server.endpoint(), S3Meters.NONE);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      dead.plant("f", "hello");
      dead.proxy.every(anyRequest(), new Fault.BlackHole());
      List<Future<?>> hanging = new ArrayList<>();
      for (int i = 0; i < 50; i++) {
        hanging.add(threads.submit(() -> dead.store.attributes(key("f"))));
      }
      await().until(() -> dead.proxy.injected() >= 50);
      for (int i = 0; i < 20; i++) {
        assertThat(alive.attributes(key("f")).sizeBytes()).isEqualTo(5);
        assertThat(BucketStore.read(alive, "f")).isEqualTo("hello");
      }
      assertThat(hanging).noneMatch(Future::isDone);
      dead.proxy.refuse();
      assertThat(hanging)
          .allSatisfy(each -> assertThat(each).failsWithin(S3Limits.DEFAULTS.patience()));
    }
  }
}
