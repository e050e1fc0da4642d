package io.quaymaster.traces;

import io.opentelemetry.api.common.AttributeKey;

/**
 * The attributes of spans. Those without our prefix are of OpenTelemetry's semantic conventions and
 * mean what they say there.
 */
final class Names {
  static final AttributeKey<String> TENANT = AttributeKey.stringKey("quaymaster.tenant");
  static final AttributeKey<String> ACCOUNT = AttributeKey.stringKey("quaymaster.account");
  static final AttributeKey<String> STORE = AttributeKey.stringKey("quaymaster.store");
  static final AttributeKey<String> PROTOCOL = AttributeKey.stringKey("quaymaster.protocol");
  static final AttributeKey<String> DIRECTION = AttributeKey.stringKey("quaymaster.direction");
  static final AttributeKey<Long> BYTES = AttributeKey.longKey("quaymaster.bytes");
  static final AttributeKey<String> OUTCOME = AttributeKey.stringKey("quaymaster.outcome");
  static final AttributeKey<String> ACTOR = AttributeKey.stringKey("quaymaster.actor");

  /** What the client was told, and what the audit log bears. */
  static final AttributeKey<String> CORRELATION_ID =
      AttributeKey.stringKey("quaymaster.correlation_id");

  static final AttributeKey<String> CREDENTIAL = AttributeKey.stringKey("quaymaster.credential");
  static final AttributeKey<String> CLIENT = AttributeKey.stringKey("quaymaster.client");
  static final AttributeKey<String> METHOD = AttributeKey.stringKey("quaymaster.method");
  static final AttributeKey<Long> RECEIVED = AttributeKey.longKey("quaymaster.bytes_received");
  static final AttributeKey<Long> SENT = AttributeKey.longKey("quaymaster.bytes_sent");
  static final AttributeKey<String> END_REASON = AttributeKey.stringKey("quaymaster.end_reason");
  static final AttributeKey<String> SESSION = AttributeKey.stringKey("session.id");
  static final AttributeKey<String> SOURCE = AttributeKey.stringKey("client.address");
  static final AttributeKey<String> PATH = AttributeKey.stringKey("file.path");

  /** The code of a refusal or a failure. */
  static final AttributeKey<String> ERROR = AttributeKey.stringKey("error.type");

  static final AttributeKey<String> HTTP_METHOD = AttributeKey.stringKey("http.request.method");
  static final AttributeKey<String> HTTP_ROUTE = AttributeKey.stringKey("http.route");
  static final AttributeKey<Long> HTTP_STATUS = AttributeKey.longKey("http.response.status_code");

  private Names() {}
}
