package io.quaymaster.storage.s3;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.AwsCredentialsProvider;
import software.amazon.awssdk.auth.credentials.DefaultCredentialsProvider;
import software.amazon.awssdk.auth.credentials.ProfileCredentialsProvider;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.awscore.retry.AwsRetryStrategy;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.apache5.Apache5HttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.api.BackoffStrategy;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.sts.StsClient;
import software.amazon.awssdk.services.sts.auth.StsAssumeRoleCredentialsProvider;
import software.amazon.awssdk.utils.SdkAutoCloseable;

/**
 * The SDK's clients of one store, with connections of its own, so that a store that is dead takes
 * no other's.
 *
 * @param client adds checksums to what it sends, if the server takes them
 * @param plain does not
 * @param behind what the credentials come from: none of it is closed with a client that uses it
 */
record S3Clients(S3Client client, S3Client plain, List<SdkAutoCloseable> behind)
    implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final int CONNECTIONS = 64;
  private static final int ATTEMPTS = 6;

  /**
   * How many times the patience is longer than the first wait for an overloaded store. Each wait is
   * twice the one before: all of them together take half of the patience.
   */
  private static final int FIRST_WAITS = 2 * ((1 << (ATTEMPTS - 1)) - 1);

  private static final int MAX_SESSION_NAME = 64;

  /**
   * @param patience how long a request may take, retries included
   */
  static S3Clients open(S3Settings settings, S3Meters meters, Duration patience) {
    // A builder and no client: what the SDK builds, it closes.
    SdkHttpClient.Builder<?> http =
        Apache5HttpClient.builder()
            .maxConnections(CONNECTIONS)
            .connectionTimeout(CONNECT)
            .connectionAcquisitionTimeout(patience)
            .socketTimeout(patience.dividedBy(2))
            .tcpKeepAlive(true);
    List<SdkAutoCloseable> behind = new ArrayList<>();
    S3ClientBuilder builder =
        S3Client.builder()
            .httpClientBuilder(http)
            .forcePathStyle(settings.pathStyle())
            .credentialsProvider(provider(settings.credentials(), settings, behind))
            .overrideConfiguration(overrides(meters, patience));
    if (settings.endpoint() != null) {
      builder.endpointOverride(settings.endpoint());
    }
    Region region = region(settings);
    if (region != null) {
      builder.region(region);
    }
    return new S3Clients(
        with(builder, settings.traits().checksums()), with(builder, false), List.copyOf(behind));
  }

  /** A server that takes no checksums takes no chunks that carry them either. */
  private static S3Client with(S3ClientBuilder builder, boolean checksums) {
    return builder
        .serviceConfiguration(c -> c.chunkedEncodingEnabled(checksums))
        .requestChecksumCalculation(
            checksums
                ? RequestChecksumCalculation.WHEN_SUPPORTED
                : RequestChecksumCalculation.WHEN_REQUIRED)
        .responseChecksumValidation(
            checksums
                ? ResponseChecksumValidation.WHEN_SUPPORTED
                : ResponseChecksumValidation.WHEN_REQUIRED)
        .build();
  }

  private static ClientOverrideConfiguration overrides(S3Meters meters, Duration patience) {
    return ClientOverrideConfiguration.builder()
        .retryStrategy(
            AwsRetryStrategy.standardRetryStrategy().toBuilder()
                .maxAttempts(ATTEMPTS)
                .throttlingBackoffStrategy(
                    BackoffStrategy.exponentialDelay(
                        patience.dividedBy(FIRST_WAITS), patience.dividedBy(2)))
                .build())
        .apiCallTimeout(patience)
        .addExecutionInterceptor(new RequestMetering(meters))
        .addExecutionInterceptor(new WithoutEchoes())
        .build();
  }

  /** A server of somebody else's hardly cares, but the signature must name a region. */
  private static @Nullable Region region(S3Settings settings) {
    if (settings.region() != null) {
      return Region.of(settings.region());
    }
    return settings.endpoint() == null ? null : Region.US_EAST_1;
  }

  private static AwsCredentialsProvider provider(
      S3Credentials credentials, S3Settings settings, List<SdkAutoCloseable> behind) {
    return switch (credentials) {
      case S3Credentials.Surroundings _ ->
          closedLater(DefaultCredentialsProvider.builder().build(), behind);
      case S3Credentials.Profile(String name) ->
          closedLater(ProfileCredentialsProvider.builder().profileName(name).build(), behind);
      case S3Credentials.StaticKeys(String id, String secret) ->
          StaticCredentialsProvider.create(AwsBasicCredentials.create(id, secret));
      case S3Credentials.AssumedRole role -> assumed(role, settings, behind);
    };
  }

  private static <T extends SdkAutoCloseable> T closedLater(T source, List<SdkAutoCloseable> list) {
    list.add(source);
    return source;
  }

  private static AwsCredentialsProvider assumed(
      S3Credentials.AssumedRole role, S3Settings settings, List<SdkAutoCloseable> behind) {
    var sts =
        StsClient.builder()
            .httpClientBuilder(Apache5HttpClient.builder().connectionTimeout(CONNECT))
            .credentialsProvider(provider(role.base(), settings, behind));
    Region region = region(settings);
    if (region != null) {
      sts.region(region);
    }
    String session = "quaymaster-" + settings.bucket();
    var assuming =
        StsAssumeRoleCredentialsProvider.builder()
            .stsClient(closedLater(sts.build(), behind))
            .refreshRequest(
                request ->
                    request
                        .roleArn(role.roleArn())
                        .externalId(role.externalId())
                        .roleSessionName(
                            session.substring(0, Math.min(session.length(), MAX_SESSION_NAME))));
    return closedLater(assuming.build(), behind);
  }

  /** The clients first, then whatever asked for what they use. */
  @Override
  public void close() {
    plain.close();
    client.close();
    behind.reversed().forEach(SdkAutoCloseable::close);
  }
}
