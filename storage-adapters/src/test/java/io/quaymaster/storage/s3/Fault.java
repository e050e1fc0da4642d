package io.quaymaster.storage.s3;

import java.time.Duration;

/**
 * What a {@link FaultProxy} does to a request. Offsets and lengths count bytes of the body as it is
 * on the wire, framing of chunks and checksums included.
 */
public sealed interface Fault {
  /** Answers {@code 503 SlowDown} as S3 does; the server never sees the request. */
  record SlowDown() implements Fault {}

  /** Answers {@code 403 AccessDenied} as S3 does; the server never sees the request. */
  record Deny() implements Fault {}

  /** The server gets so many bytes of the request's body; then both connections are reset. */
  record CutRequest(long afterBytes) implements Fault {}

  /** The client gets so many bytes of the response's body; then both connections are reset. */
  record CutResponse(long afterBytes) implements Fault {}

  /** The server does what it was asked for; the client's connection is reset instead of told so. */
  record LoseResponse() implements Fault {}

  /** One byte of the request's body is another one. */
  record CorruptRequest(long offset) implements Fault {}

  /** One byte of the response's body is another one. */
  record CorruptResponse(long offset) implements Fault {}

  /** The request's body passes at this rate. */
  record DripRequest(int bytesPerSecond) implements Fault {}

  /** The response's body passes at this rate. */
  record DripResponse(int bytesPerSecond) implements Fault {}

  /** The request is passed on so much later. */
  record Delay(Duration by) implements Fault {}

  /** The request is taken and never answered; the server never sees it. */
  record BlackHole() implements Fault {}
}
