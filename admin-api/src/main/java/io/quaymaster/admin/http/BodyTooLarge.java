package io.quaymaster.admin.http;

import java.io.IOException;

/** A request's body has more bytes than any request needs. */
final class BodyTooLarge extends IOException {
  static final String TEXT = "A request may have " + RequestFrame.MAX_BODY_BYTES + " bytes.";

  BodyTooLarge() {
    super(TEXT);
  }
}
