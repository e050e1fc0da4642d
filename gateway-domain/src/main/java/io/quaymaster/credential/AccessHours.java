package io.quaymaster.credential;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * When an account may log in: windows of a week, by the clock on the wall of a zone. They are
 * looked at when somebody logs in; a session that is open when a window ends goes on.
 */
public record AccessHours(ZoneId zone, List<Window> windows) {
  public static final int MAX_WINDOWS = 32;

  private static final List<String> DAYS = List.of("mon", "tue", "wed", "thu", "fri", "sat", "sun");

  /**
   * From a day to a day, both included, on each of them from a time to a time, the end excluded.
   *
   * @param from minutes since midnight
   * @param to minutes since midnight, at most 1440
   */
  public record Window(DayOfWeek first, DayOfWeek last, int from, int to) {
    private static final Pattern FORM =
        Pattern.compile("([a-z]{3})(?:-([a-z]{3}))? (\\d\\d):(\\d\\d)-(\\d\\d):(\\d\\d)");

    /**
     * Reads {@code mon-fri 08:00-18:00} or {@code sat 00:00-24:00}.
     *
     * @throws IllegalArgumentException with a reason for the admin
     */
    public static Window parse(String text) {
      Matcher parts = FORM.matcher(text.toLowerCase(Locale.ROOT));
      if (!parts.matches()) {
        throw new IllegalArgumentException("must look like mon-fri 08:00-18:00");
      }
      DayOfWeek first = day(parts.group(1));
      DayOfWeek last = parts.group(2) == null ? first : day(parts.group(2));
      int from = minutes(parts.group(3), parts.group(4));
      int to = minutes(parts.group(5), parts.group(6));
      if (from >= to) {
        throw new IllegalArgumentException(
            "must end after it begins; a night is two windows, one to 24:00 and one from 00:00");
      }
      return new Window(first, last, from, to);
    }

    private static DayOfWeek day(String name) {
      int index = DAYS.indexOf(name);
      if (index < 0) {
        throw new IllegalArgumentException("must name days as mon tue wed thu fri sat sun");
      }
      return DayOfWeek.of(index + 1);
    }

    private static int minutes(String hours, String minutes) {
      int total = Integer.parseInt(hours) * 60 + Integer.parseInt(minutes);
      if (Integer.parseInt(minutes) > 59 || total > 24 * 60) {
        throw new IllegalArgumentException("must hold times from 00:00 to 24:00");
      }
      return total;
    }

    boolean holds(DayOfWeek day, LocalTime time) {
      int minute = time.getHour() * 60 + time.getMinute();
      int since = Math.floorMod(day.getValue() - first.getValue(), 7);
      int length = Math.floorMod(last.getValue() - first.getValue(), 7);
      return since <= length && from <= minute && minute < to;
    }

    @Override
    public String toString() {
      String days = name(first) + (first == last ? "" : "-" + name(last));
      return "%s %02d:%02d-%02d:%02d".formatted(days, from / 60, from % 60, to / 60, to % 60);
    }

    private static String name(DayOfWeek day) {
      return DAYS.get(day.getValue() - 1);
    }
  }

  public AccessHours {
    windows = List.copyOf(windows);
  }

  /**
   * @throws IllegalArgumentException with a reason for the admin
   */
  public static ZoneId parseZone(String text) {
    try {
      return ZoneId.of(text);
    } catch (DateTimeException unknown) {
      throw new IllegalArgumentException("must be a time zone like Europe/Berlin", unknown);
    }
  }

  /** As tables keep them. */
  public static AccessHours of(String zone, List<String> windows) {
    return new AccessHours(parseZone(zone), windows.stream().map(Window::parse).toList());
  }

  public boolean allow(Instant at) {
    ZonedDateTime local = at.atZone(zone);
    return windows.stream().anyMatch(w -> w.holds(local.getDayOfWeek(), local.toLocalTime()));
  }

  public List<String> texts() {
    return windows.stream().map(Window::toString).toList();
  }
}
