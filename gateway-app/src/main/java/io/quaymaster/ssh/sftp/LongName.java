package io.quaymaster.ssh.sftp;

import io.quaymaster.files.FileAttributes;
import java.time.Clock;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A line as {@code ls -l} prints it: ls_file in OpenSSH's sftp-common.c, byte for byte. */
final class LongName {
  private static final DateTimeFormatter MONTH =
      DateTimeFormatter.ofPattern("MMM ", Locale.ENGLISH);
  private static final long HALF_A_YEAR_SECONDS = 365L * 24 * 60 * 60 / 2;

  private final String owners;
  private final Clock clock;

  /** The last time shown: neighbours in a directory often share it. */
  private long lastSeconds = Long.MIN_VALUE;

  private String lastTime = "";

  LongName(String owner, String group, Clock clock) {
    this.owners = padded(owner) + " " + padded(group) + " ";
    this.clock = clock;
  }

  private static String padded(String name) {
    return name.length() >= 8 ? name : name + " ".repeat(8 - name.length());
  }

  /**
   * @param name byte text
   */
  String of(String name, FileAttributes attributes) {
    StringBuilder line = new StringBuilder(64 + name.length());
    mode(attributes, line);
    // strmode(3) ends in a space of its own, for a mark of access lists.
    line.append("  ");
    number(attributes.links(), 3, line);
    line.append(' ').append(owners);
    number(attributes.sizeBytes(), 8, line);
    return line.append(' ')
        .append(time(attributes.modifiedSeconds()))
        .append(' ')
        .append(name)
        .toString();
  }

  private static void number(long value, int width, StringBuilder line) {
    String digits = Long.toString(value);
    line.repeat(' ', Math.max(0, width - digits.length())).append(digits);
  }

  /**
   * As strmode(3), with its space for an access list at the end: ten characters and no more, as
   * sftp-server sends.
   */
  private static void mode(FileAttributes attributes, StringBuilder line) {
    line.append(
        switch (attributes.type()) {
          case FILE -> '-';
          case DIRECTORY -> 'd';
          case LINK -> 'l';
          case SPECIAL -> '?';
        });
    for (int shift = 6; shift >= 0; shift -= 3) {
      int bits = attributes.mode() >> shift;
      line.append((bits & 4) != 0 ? 'r' : '-')
          .append((bits & 2) != 0 ? 'w' : '-')
          .append((bits & 1) != 0 ? 'x' : '-');
    }
  }

  private String time(long seconds) {
    if (seconds != lastSeconds) {
      lastSeconds = seconds;
      lastTime = format(seconds);
    }
    return lastTime;
  }

  private String format(long seconds) {
    long now = clock.instant().getEpochSecond();
    ZonedDateTime at = Instant.ofEpochSecond(seconds).atZone(clock.getZone());
    StringBuilder text = new StringBuilder(12).append(MONTH.format(at));
    number(at.getDayOfMonth(), 2, text);
    if (now - HALF_A_YEAR_SECONDS < seconds && now >= seconds) {
      text.append(' ');
      twoDigits(at.getHour(), text);
      text.append(':');
      twoDigits(at.getMinute(), text);
    } else {
      text.append("  ").append(at.getYear());
    }
    return text.toString();
  }

  private static void twoDigits(int value, StringBuilder text) {
    text.append((char) ('0' + value / 10)).append((char) ('0' + value % 10));
  }
}
