package io.quaymaster.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;

/** What passes comes whole, and never sooner than over the line that is played. */
class DistanceProxyTest {
  private static final int LENGTH = 3 << 20;
  private static final int BYTES_PER_SECOND = 10 << 20;
  private static final Duration ROUND_TRIP = Duration.ofMillis(40);

  private final S3Server server = S3Server.shared(S3Server.Backend.MEMORY);
  private final String bucket = server.newBucket();
  private final DistanceProxy far =
      DistanceProxy.before(server.endpoint(), ROUND_TRIP, BYTES_PER_SECOND);
  private final S3Client client = server.client(far.endpoint());

  @AfterEach
  void close() {
    client.close();
    far.close();
  }

  @Test
  void bytesPassAsTheyAreBothWays() {
    byte[] bytes = BucketStore.bytes(LENGTH, 1);
    client.putObject(r -> r.bucket(bucket).key("f"), RequestBody.fromBytes(bytes));
    byte[] back = client.getObjectAsBytes(r -> r.bucket(bucket).key("f")).asByteArray();
    assertThat(Arrays.equals(back, bytes)).isTrue();
  }

  @Test
  void theLineTakesItsTime() {
    server
        .client()
        .putObject(r -> r.bucket(bucket).key("f"), RequestBody.fromBytes(new byte[LENGTH]));
    long began = System.nanoTime();
    client.getObjectAsBytes(r -> r.bucket(bucket).key("f"));
    Duration transmission = Duration.ofMillis(1_000L * LENGTH / BYTES_PER_SECOND);
    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isGreaterThanOrEqualTo(transmission.plus(ROUND_TRIP));
  }

  @Test
  void aConnectionThatBreaksLeavesNothingBehind() {
    client.listObjectsV2(r -> r.bucket(bucket));
    far.close();
    assertThat(far.connections()).isZero();
  }
}
