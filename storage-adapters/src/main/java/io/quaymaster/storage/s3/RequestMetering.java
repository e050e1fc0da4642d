package io.quaymaster.storage.s3;

import java.time.Duration;
import software.amazon.awssdk.core.exception.SdkServiceException;
import software.amazon.awssdk.core.interceptor.Context;
import software.amazon.awssdk.core.interceptor.ExecutionAttribute;
import software.amazon.awssdk.core.interceptor.ExecutionAttributes;
import software.amazon.awssdk.core.interceptor.ExecutionInterceptor;
import software.amazon.awssdk.core.interceptor.SdkExecutionAttribute;

/** Tells the meters of every request, with its retries. */
final class RequestMetering implements ExecutionInterceptor {
  private static final ExecutionAttribute<Long> BEGAN =
      new ExecutionAttribute<>("quaymaster.began");
  private static final ExecutionAttribute<Integer> ATTEMPTS =
      new ExecutionAttribute<>("quaymaster.attempts");

  private final S3Meters meters;

  RequestMetering(S3Meters meters) {
    this.meters = meters;
  }

  @Override
  public void beforeExecution(Context.BeforeExecution context, ExecutionAttributes attributes) {
    attributes.putAttribute(BEGAN, System.nanoTime());
    attributes.putAttribute(ATTEMPTS, 0);
  }

  @Override
  public void beforeTransmission(
      Context.BeforeTransmission context, ExecutionAttributes attributes) {
    attributes.putAttribute(ATTEMPTS, attributes.getAttribute(ATTEMPTS) + 1);
  }

  @Override
  public void afterExecution(Context.AfterExecution context, ExecutionAttributes attributes) {
    tell("ok", attributes);
  }

  @Override
  public void onExecutionFailure(Context.FailedExecution context, ExecutionAttributes attributes) {
    String outcome =
        context.exception() instanceof SdkServiceException answered
            ? answered.statusCode() >= 500 ? "server-error" : "client-error"
            : "unreachable";
    tell(outcome, attributes);
  }

  private void tell(String outcome, ExecutionAttributes attributes) {
    meters.request(
        attributes.getAttribute(SdkExecutionAttribute.OPERATION_NAME),
        outcome,
        Duration.ofNanos(System.nanoTime() - attributes.getAttribute(BEGAN)),
        Math.max(1, attributes.getAttribute(ATTEMPTS)));
  }
}
