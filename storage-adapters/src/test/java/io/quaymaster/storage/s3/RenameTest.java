package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.key;
import static io.quaymaster.storage.s3.FaultProxy.requests;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;

/** Files are renamed and copied by the server. */
class RenameTest {
  private final BucketStore it = BucketStore.open();

  @AfterEach
  void close() {
    it.close();
  }

  /** The server has no condition for copies, but for completing an upload and for putting. */
  @ParameterizedTest
  @ValueSource(strings = {"", "content"})
  void anotherWriterOfTheNewNameWins(String content) throws Exception {
    assumeThat(content.isEmpty() || it.server.traits().conditionalComplete())
        .as("a server with conditions for completing uploads")
        .isTrue();
    it.plant("a", content);
    it.proxy.next(
        1, requests(content.isEmpty() ? "PUT" : "POST", "/in/b"), new Fault.Delay(delay()));
    CompletableFuture<Kind> renamed =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                it.store.rename(key("a"), key("b"), false);
                throw new AssertionError("it overwrote the other file");
              } catch (FileFailure failure) {
                return failure.kind();
              }
            });
    await().until(() -> it.proxy.injected() > 0);
    it.plant("b", "the other's");
    assertThat(renamed.join()).isEqualTo(Kind.EXISTS);
    assertThat(it.read("b")).isEqualTo("the other's");
    assertThat(it.read("a")).isEqualTo(content);
    assertThat(uploads()).isEmpty();
  }

  private static Duration delay() {
    return Duration.ofMillis(600);
  }

  private List<?> uploads() {
    return it.raw.s3().listMultipartUploads(list -> list.bucket(it.raw.name())).uploads();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "content"})
  void aFreeNameIsTaken(String content) throws FileFailure {
    it.plant("a", content);
    it.store.rename(key("a"), key("b"), false);
    assertThat(it.read("b")).isEqualTo(content);
    assertThatExceptionOfType(FileFailure.class).isThrownBy(() -> it.read("a"));
  }

  @Test
  void oneFileIsNeverMadeTwo() throws Exception {
    it.plant("a", "content");
    it.proxy.every(requests("PUT", "/in/"), new Fault.Delay(Duration.ofMillis(100)));
    CompletableFuture<Boolean> one = CompletableFuture.supplyAsync(() -> renamesTo("b"));
    CompletableFuture<Boolean> other = CompletableFuture.supplyAsync(() -> renamesTo("c"));
    assertThat(one.join()).isNotEqualTo(other.join());
    assertThat(it.files()).isEqualTo(1);
  }

  private boolean renamesTo(String name) {
    try {
      it.store.rename(key("a"), key(name), true);
      return true;
    } catch (FileFailure failure) {
      assertThat(failure.kind()).isEqualTo(Kind.NOT_FOUND);
      return false;
    }
  }

  @Test
  void bytesThatAreCopiedDoNotPassThroughTheGateway() throws FileFailure {
    byte[] bytes = BucketStore.bytes(12 << 20, 12);
    it.raw
        .s3()
        .putObject(put -> put.bucket(it.raw.name()).key("in/a"), RequestBody.fromBytes(bytes));
    BucketStore.Counts counts = new BucketStore.Counts();
    S3FileStore store = it.open(it.server.endpoint(), counts);
    store.rename(key("a"), key("b"), false);
    OpenFile from = store.open(key("b"), Access.READ);
    OpenFile to = store.create(key("c"), Access.WRITE, 0644);
    assertThat(from.copyTo(to, 0, 0, bytes.length)).isEqualTo(bytes.length);
    to.close();
    from.close();
    store.close();
    assertThat(counts.sent).hasValue(0);
    assertThat(counts.received).hasValue(0);
    assertThat(
            it.raw
                .s3()
                .getObjectAsBytes(get -> get.bucket(it.raw.name()).key("in/c"))
                .asByteArrayUnsafe())
        .isEqualTo(bytes);
  }
}
