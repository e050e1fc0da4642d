package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.FaultProxy.anyRequest;
import static io.quaymaster.storage.s3.FaultProxy.parts;
import static io.quaymaster.storage.s3.FaultProxy.requests;
import static io.quaymaster.storage.s3.RawBucket.assertRefused;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.net.ConnectException;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** The proxy harms what it is told to and nothing else, seen by the SDK's client. */
class FaultProxyTest {
  /** Far more than one chunk of the client, one read of the proxy, one buffer of a socket. */
  private static final byte[] LARGE = random(1 << 20);

  /** Behind the framing of the first chunk, in the body's own bytes. */
  private static final int WITHIN = 300_000;

  private final S3Server server = S3Server.shared();
  private final FaultProxy proxy = FaultProxy.before(server.endpoint());
  private final S3Client patient = client(3);
  private final S3Client impatient = client(1);
  private final RawBucket behind = RawBucket.of(server);
  private final RawBucket bucket = new RawBucket(patient, behind.name());
  private final RawBucket once = new RawBucket(impatient, behind.name());

  @AfterEach
  void close() {
    patient.close();
    impatient.close();
    proxy.close();
    assertThat(proxy.openConnections()).isZero();
  }

  @Test
  void passesWhatItIsNotToldToHarm() {
    bucket.put("a", "hello", Map.of("mode", "640"));
    putLarge(patient);
    String upload = bucket.begin("c");
    CompletedPart part = bucket.upload("c", upload, 1, LARGE);
    bucket.complete("c", upload, part);

    assertThat(bucket.head("a").metadata()).containsEntry("mode", "640");
    assertThat(bucket.get("a")).isEqualTo("hello");
    assertThat(bytes(behind.s3(), "large")).isEqualTo(LARGE);
    assertThat(bytes(patient, "c")).isEqualTo(LARGE);
    assertThat(bucket.keys()).containsExactly("a", "c", "large");
    assertRefused(404, () -> bucket.get("missing"));

    assertThat(proxy.count("PUT")).isEqualTo(3);
    assertThat(proxy.count("HEAD")).isEqualTo(1);
    assertThat(proxy.count("POST")).isEqualTo(2);
    assertThat(proxy.count(parts())).isEqualTo(1);
    assertThat(proxy.openConnections()).as("they are kept alive").isEqualTo(1);
    assertThat(proxy.injected()).isZero();
  }

  @Test
  void slowsDownOnceAndTheClientTriesAgain() {
    proxy.next(1, requests("PUT", "large"), new Fault.SlowDown());
    putLarge(patient);
    assertThat(bytes(behind.s3(), "large")).isEqualTo(LARGE);
    assertThat(proxy.count("PUT")).isEqualTo(2);
    assertThat(proxy.injected()).isEqualTo(1);
  }

  @Test
  void slowsDownUntilItIsHealed() {
    proxy.every(anyRequest(), new Fault.SlowDown());
    assertRefused(503, "SlowDown", () -> once.put("a", "hello"));
    assertRefused(503, "SlowDown", () -> bucket.put("a", "hello"));
    assertThat(proxy.count("PUT")).isEqualTo(4);
    assertThat(behind.keys()).isEmpty();
    proxy.heal();
    once.put("a", "hello");
    assertThat(behind.get("a")).isEqualTo("hello");
  }

  @Test
  void cutsARequestInTheMiddle() {
    proxy.next(2, requests("PUT", "large"), new Fault.CutRequest(WITHIN));
    assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> putLarge(impatient));
    assertRefused(404, () -> behind.head("large"));
    putLarge(patient);
    assertThat(bytes(behind.s3(), "large")).isEqualTo(LARGE);
    assertThat(proxy.injected()).isEqualTo(2);
  }

  @Test
  void cutsAResponseInTheMiddle() {
    putLarge(behind.s3());
    proxy.every(requests("GET", "large"), new Fault.CutResponse(WITHIN));
    assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> bytes(impatient, "large"));
    proxy.heal();
    assertThat(bytes(impatient, "large")).isEqualTo(LARGE);
  }

  @Test
  void losesAResponseOfWhatWasDone() {
    proxy.next(1, requests("PUT", "a"), new Fault.LoseResponse());
    assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> once.put("a", "hello"));
    assertThat(behind.get("a")).isEqualTo("hello");
  }

  @Test
  void corruptsARequestAndTheServerNotices() {
    proxy.next(1, requests("PUT", "large"), new Fault.CorruptRequest(WITHIN));
    assertThatExceptionOfType(S3Exception.class)
        .isThrownBy(() -> putLarge(impatient))
        .satisfies(refusal -> assertThat(refusal.statusCode()).isBetween(400, 403));
    assertThat(behind.keys()).isEmpty();
  }

  @Test
  void corruptsOneByteOfAResponse() {
    putLarge(behind.s3());
    proxy.next(1, requests("GET", "large"), new Fault.CorruptResponse(WITHIN));
    byte[] expected = LARGE.clone();
    expected[WITHIN] ^= 1;
    assertThat(bytes(impatient, "large"))
        .as("this server sends no checksum by which a client could notice")
        .isEqualTo(expected);
  }

  @Test
  void dripsARequest() {
    proxy.next(1, requests("PUT", "large"), new Fault.DripRequest(4 * LARGE.length));
    assertThat(took(() -> putLarge(impatient))).isGreaterThan(Duration.ofMillis(240));
    assertThat(bytes(behind.s3(), "large")).isEqualTo(LARGE);
  }

  @Test
  void dripsAResponse() {
    putLarge(behind.s3());
    proxy.next(1, requests("GET", "large"), new Fault.DripResponse(4 * LARGE.length));
    assertThat(took(() -> bytes(impatient, "large"))).isGreaterThan(Duration.ofMillis(240));
  }

  @Test
  void delaysARequest() {
    proxy.next(1, anyRequest(), new Fault.Delay(Duration.ofMillis(150)));
    assertThat(took(() -> once.put("a", "hello"))).isGreaterThan(Duration.ofMillis(140));
    assertThat(behind.get("a")).isEqualTo("hello");
  }

  @Test
  void swallowsARequestUntilTheClientGivesUp() {
    proxy.next(1, anyRequest(), new Fault.BlackHole());
    assertThatExceptionOfType(ApiCallTimeoutException.class)
        .isThrownBy(
            () ->
                impatient.putObject(
                    put ->
                        put.bucket(behind.name())
                            .key("a")
                            .overrideConfiguration(
                                limits -> limits.apiCallTimeout(Duration.ofMillis(200))),
                    RequestBody.fromString("hello")));
    assertThat(behind.keys()).isEmpty();
    once.put("a", "again");
    assertThat(behind.get("a")).isEqualTo("again");
  }

  @Test
  void refusesConnectionsUntilItIsHealed() {
    once.put("a", "hello");
    proxy.refuse();
    assertThatExceptionOfType(SdkClientException.class)
        .isThrownBy(() -> bucket.get("a"))
        .withRootCauseInstanceOf(ConnectException.class);
    proxy.heal();
    assertThat(bucket.get("a")).isEqualTo("hello");
  }

  @Test
  void takesPlansInTheirOrderAndHarmsNoOtherRequest() {
    proxy
        .next(1, requests("PUT", "/a "), new Fault.SlowDown())
        .next(1, requests("PUT", "/a "), new Fault.LoseResponse());
    once.put("b", "hello");
    assertRefused(503, () -> once.put("a", "one"));
    assertThatExceptionOfType(SdkClientException.class).isThrownBy(() -> once.put("a", "two"));
    once.put("a", "three");
    assertThat(behind.get("a")).isEqualTo("three");
    assertThat(proxy.resetCounts().count("PUT")).isZero();
  }

  private S3Client client(int attempts) {
    return RawClients.to(
            proxy.endpoint(), server.accessKey(), server.secretKey(), server.traits().checksums())
        .overrideConfiguration(
            all ->
                all.retryStrategy(
                    AwsRetryStrategy.standardRetryStrategy().toBuilder()
                        .maxAttempts(attempts)
                        .build()))
        .build();
  }

  private void putLarge(S3Client by) {
    by.putObject(put -> put.bucket(behind.name()).key("large"), RequestBody.fromBytes(LARGE));
  }

  private byte[] bytes(S3Client by, String key) {
    return by.getObjectAsBytes(get -> get.bucket(behind.name()).key(key)).asByteArray();
  }

  private static Duration took(Runnable action) {
    long start = System.nanoTime();
    action.run();
    return Duration.ofNanos(System.nanoTime() - start);
  }

  private static byte[] random(int length) {
    byte[] bytes = new byte[length];
    new Random(3).nextBytes(bytes);
    return bytes;
  }
}
