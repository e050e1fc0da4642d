package io.quaymaster.settings;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.util.unit.DataSize;

/** Checks of single values; each names the setting and what is allowed. */
final class Bounds {
  private Bounds() {}

  static void number(String setting, long value, long least, long most) {
    if (value < least || value > most) {
      throw refused(setting, value, least + " to " + most);
    }
  }

  static void duration(String setting, Duration value, Duration least, Duration most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw refused(setting, shown(value), shown(least) + " to " + shown(most));
    }
  }

  static void size(String setting, DataSize value, DataSize least, DataSize most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw refused(setting, shown(value), shown(least) + " to " + shown(most));
    }
  }

  static void address(String setting, String value) {
    String allowed = "an address of this machine, for example 127.0.0.1, 0.0.0.0 or ::1";
    if (value.isBlank()) {
      throw refused(setting, "empty", allowed);
    }
    try {
      InetAddress.getByName(value);
    } catch (UnknownHostException unknown) {
      throw new SettingsRefused(
          "The setting %s is '%s'. Allowed: %s.".formatted(setting, value, allowed), unknown);
    }
  }

  /** Empty text, which an empty environment variable gives, is the same as nothing. */
  static @Nullable String textOrNull(@Nullable String text) {
    return text == null || text.isBlank() ? null : text;
  }

  static SettingsRefused refused(String setting, Object value, String allowed) {
    return new SettingsRefused(
        "The setting %s is %s. Allowed: %s.".formatted(setting, value, allowed));
  }

  static String shown(Duration value) {
    long millis = value.toMillis();
    if (millis % 60_000 == 0 && millis != 0) {
      return millis / 60_000 + "m";
    }
    return millis % 1000 == 0 ? millis / 1000 + "s" : millis + "ms";
  }

  static String shown(DataSize value) {
    long bytes = value.toBytes();
    if (bytes % (1 << 20) == 0 && bytes != 0) {
      return (bytes >> 20) + "MB";
    }
    return bytes % 1024 == 0 && bytes != 0 ? (bytes >> 10) + "KB" : bytes + "B";
  }
}
