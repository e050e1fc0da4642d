package io.quaymaster.storage.s3;

import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.storage.s3.BucketStore.MIB;
import static io.quaymaster.storage.s3.BucketStore.begin;
import static io.quaymaster.storage.s3.BucketStore.bytes;
import static io.quaymaster.storage.s3.BucketStore.holds;
import static io.quaymaster.storage.s3.BucketStore.key;
import static io.quaymaster.storage.s3.BucketStore.publish;
import static io.quaymaster.storage.s3.BucketStore.put;
import static io.quaymaster.storage.s3.BucketStore.write;
import static io.quaymaster.storage.s3.FaultProxy.requests;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.FileStore.Measure;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.StoreKey;
import java.time.Duration;
import java.util.Arrays;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * The server has done what it was asked to, and nobody hears of it: the client is told what is so.
 */
class LostAnswerTest {
  private static final S3Limits LIMITS =
      new S3Limits(64L * MIB, 32L * MIB, 16L * MIB, 4L * MIB, Duration.ofSeconds(30));

  private static final Predicate<String> COMPLETE = requests("POST", "uploadId=");
  private static final Predicate<String> WRITE = requests("PUT", "/in/f");

  private final byte[] small = bytes(1000, 60);
  private final byte[] large = bytes(9 * MIB + 7, 61);
  private final BucketStore it = new BucketStore(S3Server.Backend.FILES, LIMITS);
  private final FaultProxy proxy = it.proxy;
  private final S3FileStore store = it.store;

  @AfterEach
  void close() {
    it.close();
  }

  /** The bytes are there once, in an object and not in an upload too. */
  private void isThereOnce(String name, byte[] data) throws FileFailure {
    holds(store, name, data);
    assertThat(store.measure(StoreKey.ROOT)).isEqualTo(new Measure(data.length, 1, false));
    assertThat(it.raw.keys()).containsExactly("in/" + name);
    assertThat(it.records.in(StoreKey.ROOT)).isEmpty();
    assertThat(it.multipartUploads()).isZero();
  }

  private void create(byte[] data) throws FileFailure {
    OpenFile file = store.create(key("f"), Access.WRITE, 0640);
    write(file, data, 0, data.length);
    file.close();
  }

  private void plant(String name, byte[] data) {
    it.server
        .client()
        .putObject(p -> p.bucket(it.raw.name()).key("in/" + name), RequestBody.fromBytes(data));
  }

  @Test
  void nothingMoreIsAskedWhereAnswersCome() throws Exception {
    put(store, "f", small);
    assertThat(proxy.count("HEAD")).isZero();
    put(store, "g", large);
    assertThat(proxy.count("HEAD")).as("the look whether it is whole").isOne();
  }

  /** The first answer alone, of which the retry is none the wiser; and the answers to all tries. */
  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  void aFilePutIsThere(int answers) throws Exception {
    proxy.next(answers, WRITE, new Fault.LoseResponse());
    put(store, "f", small);
    assertThat(proxy.injected()).isPositive();
    isThereOnce("f", small);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  void aFilePutUnderAFreeNameIsThere(int answers) throws Exception {
    proxy.next(answers, WRITE, new Fault.LoseResponse());
    create(small);
    assertThat(proxy.injected()).isPositive();
    isThereOnce("f", small);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  void aFileOfPartsIsThere(int answers) throws Exception {
    proxy.next(answers, COMPLETE, new Fault.LoseResponse());
    put(store, "f", large);
    assertThat(proxy.injected()).isPositive();
    isThereOnce("f", large);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  void aFileOfPartsUnderAFreeNameIsThere(int answers) throws Exception {
    proxy.next(answers, COMPLETE, new Fault.LoseResponse());
    create(large);
    assertThat(proxy.injected()).isPositive();
    isThereOnce("f", large);
  }

  /** Of no byte: a put; of some, where the server has no condition for copies: parts. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1000})
  void aFileRenamedToAFreeNameIsThere(int length) throws Exception {
    byte[] data = bytes(length, 62);
    plant("a", data);
    proxy.next(1, length == 0 ? WRITE : COMPLETE, new Fault.LoseResponse());
    store.rename(key("a"), key("f"), false);
    assertThat(proxy.injected()).isOne();
    isThereOnce("f", data);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 100})
  void aFileCopiedOverAnotherIsThere(int answers) throws Exception {
    plant("a", small);
    plant("f", large);
    proxy.next(answers, WRITE, new Fault.LoseResponse());
    store.rename(key("a"), key("f"), true);
    assertThat(proxy.injected()).isPositive();
    isThereOnce("f", small);
  }

  @Test
  void aDirectoryIsMade() throws Exception {
    proxy.next(1, requests("PUT", "/in/d/"), new Fault.LoseResponse());
    store.makeDirectory(key("d"), 0750);
    assertThat(proxy.injected()).isOne();
    assertThat(store.attributes(key("d")).mode()).isEqualTo(0750);
    fails(() -> store.makeDirectory(key("d"), 0750), Kind.EXISTS);
  }

  @Test
  void attributesAreSet() throws Exception {
    put(store, "f", small);
    proxy.next(100, WRITE, new Fault.LoseResponse());
    store.setAttributes(key("f"), new AttributeChange(0600, null));
    assertThat(proxy.injected()).isPositive();
    proxy.heal();
    assertThat(store.attributes(key("f")).mode()).isEqualTo(0600);
  }

  @Test
  void attributesThatCannotBeSetAreNotSaidToBe() throws Exception {
    put(store, "f", small);
    proxy.every(WRITE, new Fault.Deny());
    fails(() -> store.setAttributes(key("f"), new AttributeChange(0600, null)), Kind.STORE_ERROR);
  }

  /** Somebody else's object has the name: also if the answer that says so comes late. */
  @Test
  void whatIsAnothersIsNotTakenForOurs() throws Exception {
    OpenFile file = store.create(key("f"), Access.WRITE, 0640);
    write(file, small, 0, small.length);
    byte[] others = bytes(1000, 63);
    plant("f", others);
    proxy.next(1, WRITE, new Fault.LoseResponse());
    fails(file::close, Kind.EXISTS);
    isThereOnce("f", others);
  }

  @Test
  void aPutThatCannotBeIsNotTakenForDone() throws Exception {
    plant("f", small);
    OpenFile file = begin(store, "f");
    write(file, large, 0, 1000);
    file.close();
    proxy.every(WRITE, new Fault.Deny());
    fails(() -> publish(store, "f"), Kind.STORE_ERROR);
    proxy.heal();
    holds(store, "f", small);
    assertThat(store.measure(StoreKey.ROOT)).isEqualTo(new Measure(2000, 2, false));
    publish(store, "f");
    isThereOnce("f", Arrays.copyOf(large, 1000));
  }

  /** A part that was gathered on the server is there too. */
  @Test
  void aGatheredPartIsThere() throws Exception {
    S3FileStore few =
        it.stores.open(
            it.server.settings(it.raw.name(), "in/", proxy.endpoint()),
            it.records,
            it.moves,
            it.counts,
            new Parts(5L * MIB, 1, 10L * MIB));
    byte[] data = bytes(21 * MIB, 64);
    proxy.next(1, COMPLETE, new Fault.LoseResponse());
    put(few, "f", data);
    few.close();
    assertThat(proxy.injected()).isOne();
    isThereOnce("f", data);
  }
}
