package io.quaymaster.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;

/** What s3mock adds to s3proxy: checksums in its answers, by which a client notices harm. */
class S3MockServerTest {
  @Test
  void answersWithChecksumsByWhichTheClientNoticesHarm() {
    try (S3MockServer server = S3MockServer.start();
        FaultProxy proxy = FaultProxy.before(server.endpoint());
        S3Client client = RawClients.to(proxy.endpoint(), "any", "any", true).build()) {
      RawBucket bucket = new RawBucket(client, "bucket");
      client.createBucket(create -> create.bucket(bucket.name()));
      assertThat(
              client
                  .putObject(
                      put -> put.bucket(bucket.name()).key("a"), RequestBody.fromString("hello"))
                  .checksumCRC32())
          .isEqualTo("NhCmhg==");
      assertThat(bucket.get("a")).isEqualTo("hello");

      proxy.every(FaultProxy.requests("GET", "/a"), new Fault.CorruptResponse(2));
      assertThat(bucket.get("a")).as("the SDK asks for no checksum by itself").isEqualTo("hemlo");
      assertThatExceptionOfType(SdkClientException.class)
          .isThrownBy(
              () ->
                  client.getObjectAsBytes(
                      get -> get.bucket(bucket.name()).key("a").checksumMode(ChecksumMode.ENABLED)))
          .withMessageContaining("checksum");
    }
  }
}
