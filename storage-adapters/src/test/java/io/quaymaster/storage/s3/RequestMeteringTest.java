package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.key;
import static io.quaymaster.storage.s3.FaultProxy.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.quaymaster.files.FileFailure;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Every request is counted once, whatever becomes of it. */
class RequestMeteringTest {
  private record Request(String operation, String outcome, int attempts) {}

  private final BucketStore it = BucketStore.open();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final S3FileStore store = it.open(it.proxy.endpoint(), new Told(requests));

  @BeforeEach
  void plant() {
    it.plant("f", "hello");
  }

  @AfterEach
  void close() {
    store.close();
    it.close();
  }

  @Test
  void whatIsAnswered() throws FileFailure {
    store.attributes(key("f"));
    assertThat(requests).containsExactly(new Request("HeadObject", "ok", 1));
  }

  @Test
  void whatIsNotThere() {
    assertThatExceptionOfType(FileFailure.class).isThrownBy(() -> store.attributes(key("g")));
    assertThat(requests).contains(new Request("HeadObject", "client-error", 1));
  }

  @Test
  void whatIsRetried() throws FileFailure {
    it.proxy.next(2, requests("HEAD", ""), new Fault.SlowDown());
    store.attributes(key("f"));
    assertThat(requests).containsExactly(new Request("HeadObject", "ok", 3));
  }

  @Test
  void whatIsGivenUp() {
    it.proxy.every(requests("HEAD", ""), new Fault.SlowDown());
    assertThatExceptionOfType(FileFailure.class).isThrownBy(() -> store.attributes(key("f")));
    assertThat(requests)
        .singleElement()
        .matches(request -> request.outcome().equals("server-error") && request.attempts() > 2);
  }

  @Test
  void whoIsNotReached() {
    it.proxy.refuse();
    assertThatExceptionOfType(FileFailure.class).isThrownBy(() -> store.attributes(key("f")));
    assertThat(requests)
        .singleElement()
        .matches(request -> request.outcome().equals("unreachable") && request.attempts() > 2);
  }

  private static final class Told extends BucketStore.Counts {
    private final List<Request> requests;

    Told(List<Request> requests) {
      this.requests = requests;
    }

    @Override
    public void request(String operation, String outcome, Duration took, int attempts) {
      assertThat(took).isPositive();
      requests.add(new Request(operation, outcome, attempts));
    }
  }
}
