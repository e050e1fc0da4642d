package io.quaymaster.ssh.admission;

import java.util.Locale;

/** Why a connection was closed when it was accepted. */
enum Refused {
  BANNED("its source is banned"),
  MAX_UNAUTHENTICATED("too many others are not authenticated yet"),
  EARLY_DROP("many others are not authenticated yet"),
  PER_SOURCE("too many others of its source are not authenticated yet"),
  HANDSHAKE_RATE("its source connects too often"),
  PROXY_HEADER("its proxy did not say for whom it speaks"),
  PROXY_WAITING("too many proxied connections have no header yet");

  private final String words;

  Refused(String words) {
    this.words = words;
  }

  /** For people. */
  String words() {
    return words;
  }

  /** For metrics: {@code early-drop}. */
  String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
