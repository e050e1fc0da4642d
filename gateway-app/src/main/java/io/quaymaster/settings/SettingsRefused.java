package io.quaymaster.settings;

/** A setting is wrong. The message names it and says what is allowed; it holds no secret. */
public final class SettingsRefused extends IllegalArgumentException {
  SettingsRefused(String message) {
    super(message);
  }

  SettingsRefused(String message, Throwable cause) {
    super(message, cause);
  }
}
