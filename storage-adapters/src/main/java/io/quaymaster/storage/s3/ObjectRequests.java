package io.quaymaster.storage.s3;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.model.ChecksumAlgorithm;
import software.amazon.awssdk.services.s3.model.CopyObjectRequest;
import software.amazon.awssdk.services.s3.model.CreateMultipartUploadRequest;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.MetadataDirective;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;
import software.amazon.awssdk.services.s3.model.ServerSideEncryption;

/** Requests that make objects, with what a store's settings want of all of them. */
final class ObjectRequests {
  private final S3Settings settings;

  ObjectRequests(S3Settings settings) {
    this.settings = settings;
  }

  PutObjectRequest put(
      String key, Map<String, String> metadata, @Nullable String crc, boolean keep) {
    return PutObjectRequest.builder()
        .bucket(settings.bucket())
        .key(key)
        .metadata(metadata)
        .storageClass(settings.storageClass())
        .serverSideEncryption(encryption())
        .ssekmsKeyId(kmsKey())
        .checksumCRC32(crc)
        .ifNoneMatch(keep ? "*" : null)
        .build();
  }

  CreateMultipartUploadRequest beginUpload(
      String key, Map<String, String> metadata, @Nullable ObjectInfo like, boolean checksummed) {
    CreateMultipartUploadRequest.Builder request =
        CreateMultipartUploadRequest.builder()
            .bucket(settings.bucket())
            .key(key)
            .metadata(metadata)
            .storageClass(settings.storageClass())
            .serverSideEncryption(encryption())
            .ssekmsKeyId(kmsKey())
            .checksumAlgorithm(checksummed ? ChecksumAlgorithm.CRC32 : null);
    if (like != null) {
      HeadObjectResponse d = like.described();
      request
          .contentType(d.contentType())
          .contentEncoding(d.contentEncoding())
          .contentLanguage(d.contentLanguage())
          .contentDisposition(d.contentDisposition())
          .cacheControl(d.cacheControl());
    }
    return request.build();
  }

  CopyObjectRequest copy(
      ObjectInfo source, String key, Map<String, String> metadata, boolean keep) {
    HeadObjectResponse d = source.described();
    return CopyObjectRequest.builder()
        .sourceBucket(settings.bucket())
        .sourceKey(source.key())
        .sourceVersionId(source.versionId())
        .copySourceIfMatch(source.eTag())
        .destinationBucket(settings.bucket())
        .destinationKey(key)
        .metadataDirective(MetadataDirective.REPLACE)
        .metadata(metadata)
        .contentType(d.contentType())
        .contentEncoding(d.contentEncoding())
        .contentLanguage(d.contentLanguage())
        .contentDisposition(d.contentDisposition())
        .cacheControl(d.cacheControl())
        .storageClass(settings.storageClass())
        .serverSideEncryption(encryption())
        .ssekmsKeyId(kmsKey())
        .ifNoneMatch(keep ? "*" : null)
        .build();
  }

  private @Nullable ServerSideEncryption encryption() {
    return switch (settings.encryption()) {
      case S3Settings.Encryption.BucketDefault _ -> null;
      case S3Settings.Encryption.ServerKey _ -> ServerSideEncryption.AES256;
      case S3Settings.Encryption.Kms _ -> ServerSideEncryption.AWS_KMS;
    };
  }

  private @Nullable String kmsKey() {
    return settings.encryption() instanceof S3Settings.Encryption.Kms(String id) ? id : null;
  }
}
