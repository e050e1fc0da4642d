package io.quaymaster.storage.s3;

import software.amazon.awssdk.core.SdkResponse;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.services.s3.model.ListMultipartUploadsResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;

/**
 * Takes out of listings what they repeat of the request, before the SDK decodes it: Ceph RGW
 * encodes keys as it is asked to, but not the prefix, and one with a percent sign makes the SDK
 * fail. Threads: any.
 */
final class WithoutEchoes implements ExecutionInterceptor {
  @Override
  public SdkResponse modifyResponse(
      Context.ModifyResponse context, ExecutionAttributes attributes) {
    return switch (context.response()) {
      case ListObjectsV2Response page -> page.toBuilder().prefix(null).delimiter(null).build();
      case ListMultipartUploadsResponse page ->
          page.toBuilder().prefix(null).delimiter(null).build();
      default -> context.response();
    };
  }
}
