package io.quaymaster.admin.resource;

import io.quaymaster.account.AccountSettings;
import io.quaymaster.account.SourceRange;
import io.quaymaster.refusal.FieldErrors;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads single fields, and notes what is wrong with them under the name that JSON has for them. */
final class Fields {
  /** Beyond it ISO-8601 needs a sign, and some clients cannot read it back. */
  private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

  private static final Instant EARLIEST = Instant.parse("1970-01-01T00:00:00Z");

  private final FieldErrors errors;

  Fields(FieldErrors errors) {
    this.errors = errors;
  }

  /** Text for people: not empty, no control characters. */
  void text(@Nullable String value, String field, int maxLength) {
    if (value == null || value.isBlank()) {
      errors.add(field, "is required");
    } else {
      optionalText(value, field, maxLength);
    }
  }

  void optionalText(@Nullable String value, String field, int maxLength) {
    if (value == null) {
      return;
    }
    errors.check(
        value.length() <= maxLength, field, "must have at most " + maxLength + " characters");
    errors.check(
        value.codePoints().noneMatch(c -> Character.isISOControl(c) || isLoneSurrogate(c)),
        field,
        "must not hold control characters");
  }

  /** A number that limits something; null is no limit. */
  void limit(@Nullable Long value, String field, long least) {
    errors.check(value == null || value >= least, field, "must be " + least + " or more");
  }

  /** An ISO-8601 time with an offset; as exact as the database keeps it. */
  @Nullable Instant time(@Nullable String value, String field) {
    if (value == null) {
      return null;
    }
    try {
      Instant time = Instant.parse(value).truncatedTo(ChronoUnit.MICROS);
      if (!time.isBefore(EARLIEST) && !time.isAfter(LATEST)) {
        return time;
      }
      errors.add(field, "must lie between " + EARLIEST + " and " + LATEST);
    } catch (DateTimeParseException notATime) {
      errors.add(field, "must be an ISO-8601 time like 2030-01-31T12:00:00Z");
    } catch (DateTimeException outOfRange) {
      errors.add(field, "is out of range");
    }
    return null;
  }

  List<SourceRange> sources(@Nullable List<@Nullable String> values, String field) {
    if (values == null) {
      return List.of();
    }
    if (!errors.check(
        values.size() <= AccountSettings.MAX_SOURCES,
        field,
        "must have at most " + AccountSettings.MAX_SOURCES + " ranges")) {
      return List.of();
    }
    return each(values, field, text -> parsed(text, SourceRange::parse)).stream()
        .distinct()
        .toList();
  }

  /** Reads each of a list; what cannot be read is noted and left out. */
  <T> List<T> each(
      List<@Nullable String> values, String field, Function<String, Parsed<T>> parser) {
    List<T> found = new ArrayList<>();
    for (int i = 0; i < values.size(); i++) {
      String value = values.get(i);
      String name = field + "[" + i + "]";
      if (value == null) {
        errors.add(name, "must not be null");
        continue;
      }
      Parsed<T> parsed = parser.apply(value);
      parsed.value().ifPresent(found::add);
      if (parsed.value().isEmpty()) {
        errors.add(name, parsed.reason());
      }
    }
    return found;
  }

  /** Reads a field that must be there. */
  <T> Optional<T> required(@Nullable String value, String field, Function<String, T> parser) {
    if (value == null) {
      errors.add(field, "is required");
      return Optional.empty();
    }
    Parsed<T> parsed = parsed(value, parser);
    if (parsed.value().isEmpty()) {
      errors.add(field, parsed.reason());
    }
    return parsed.value();
  }

  /**
   * @param reason what is wrong, if there is no value
   */
  record Parsed<T>(Optional<T> value, String reason) {
    static <T> Parsed<T> of(Optional<T> value, String reason) {
      return new Parsed<>(value, reason);
    }
  }

  /** Our parsers say in their exceptions' messages what an admin must know. */
  static <T> Parsed<T> parsed(String text, Function<String, T> parser) {
    try {
      return new Parsed<>(Optional.of(parser.apply(text)), "");
    } catch (IllegalArgumentException wrong) {
      String reason = wrong.getMessage();
      return new Parsed<>(Optional.empty(), reason == null ? "is not valid" : reason);
    }
  }

  private static boolean isLoneSurrogate(int codePoint) {
    return codePoint >= Character.MIN_SURROGATE && codePoint <= Character.MAX_SURROGATE;
  }
}
