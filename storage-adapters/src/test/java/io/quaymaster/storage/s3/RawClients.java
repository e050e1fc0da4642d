package io.quaymaster.storage.s3;

import java.net.URI;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** The SDK's own clients, for tests that look past the adapter. */
final class RawClients {
  private RawClients() {}

  /**
   * One that names buckets in the path.
   *
   * @param checksums false: for servers that refuse what the SDK sends by default
   */
  static S3ClientBuilder to(URI endpoint, String accessKey, String secretKey, boolean checksums) {
    S3ClientBuilder builder =
        S3Client.builder()
            .endpointOverride(endpoint)
            .region(Region.US_EAST_1)
            .forcePathStyle(true)
            .credentialsProvider(
                StaticCredentialsProvider.create(AwsBasicCredentials.create(accessKey, secretKey)))
            .httpClientBuilder(Apache5HttpClient.builder());
    return checksums
        ? builder
        : builder
            .requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED)
            .responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED)
            // Ceph RGW 16 answers 400 to an empty body that is sent in signed chunks.
            .serviceConfiguration(all -> all.chunkedEncodingEnabled(false));
  }
}
