package io.quaymaster.ssh;

import io.quaymaster.secret.SealPurpose;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.storage.s3.S3Server;
import io.quaymaster.storage.s3.S3Traits;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;
import software.amazon.awssdk.services.s3.model.S3Object;

/** Stores in one bucket, each below a prefix of its own, on a real server. */
final class BucketBackDoor implements BackDoor {
  private static final String STORE =
      """
      insert into store (tenant_id, name, type, bucket, prefix, region, endpoint, path_style,
                         credentials, access_key_id, sealed_secret, encryption,
                         checksums, conditional_put, conditional_complete, conditional_copy, exact_listings,
                         created_at, version)
      values (:tenant, :name, 's3', :bucket, :prefix, 'us-east-1', :endpoint, true,
              'keys', :key, :secret, 'bucket',
              :checksums, :put, :complete, :copy, :listings, now(), 0)
      on conflict do nothing
      """;

  private final S3Server server = S3Server.shared(S3Server.Backend.MEMORY);
  private final String bucket = server.newBucket();
  private final SecretSeal seal;

  BucketBackDoor(SecretSeal seal) {
    this.seal = seal;
  }

  @Override
  public Kind kind() {
    return Kind.BUCKET;
  }

  @Override
  public void makeStore(JdbcClient jdbc, long tenantId, String tenant, String name) {
    S3Traits traits = server.traits();
    jdbc.sql(STORE)
        .param("tenant", tenantId)
        .param("name", name)
        .param("bucket", bucket)
        .param("prefix", tenant + "/" + name + "/")
        .param("endpoint", server.endpoint().toString())
        .param("key", server.accessKey())
        .param(
            "secret",
            seal.seal(server.secretKey(), SealPurpose.storeCredentials(tenant, name)).bytes())
        .param("checksums", traits.checksums())
        .param("put", traits.conditionalPut())
        .param("complete", traits.conditionalComplete())
        .param("copy", traits.conditionalCopy())
        .param("listings", traits.exactListings())
        .update();
  }

  @Override
  public void write(String place, byte[] content) {
    server
        .client()
        .putObject(request -> request.bucket(bucket).key(place), RequestBody.fromBytes(content));
  }

  @Override
  public byte[] read(String place) {
    try {
      return server
          .client()
          .getObjectAsBytes(request -> request.bucket(bucket).key(place))
          .asByteArray();
    } catch (NoSuchKeyException missing) {
      throw new IllegalStateException(place, missing);
    }
  }

  HeadObjectResponse head(String place) {
    return server.client().headObject(request -> request.bucket(bucket).key(place));
  }

  /** All keys that begin so, with their sizes. */
  Map<String, Long> keys(String prefix) {
    Map<String, Long> keys = new TreeMap<>();
    for (S3Object object :
        server
            .client()
            .listObjectsV2Paginator(request -> request.bucket(bucket).prefix(prefix))
            .contents()) {
      keys.put(object.key(), object.size());
    }
    return keys;
  }

  /** Multipart uploads that are neither complete nor aborted. */
  int uploadsUnderWay() {
    return server.client().listMultipartUploads(request -> request.bucket(bucket)).uploads().size();
  }
}
