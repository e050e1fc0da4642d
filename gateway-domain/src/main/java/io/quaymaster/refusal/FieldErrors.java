package io.quaymaster.refusal;

import java.util.ArrayList;
import java.util.List;

/** Collects all that is wrong with a request, so that an admin learns it at once. One thread. */
public final class FieldErrors {
  /** Enough to see what is wrong; a request of 64 KiB could hold thousands. */
  public static final int MAX_ERRORS = 50;

  private final List<FieldError> errors = new ArrayList<>();

  public void add(String field, String message) {
    if (errors.size() < MAX_ERRORS) {
      errors.add(new FieldError(field, message));
    }
  }

  /** Returns {@code ok}, and notes the message if it is false. */
  public boolean check(boolean ok, String field, String message) {
    if (!ok) {
      add(field, message);
    }
    return ok;
  }

  /**
   * @throws Refusal.Invalid if anything was noted
   */
  public void throwIfAny() {
    if (!errors.isEmpty()) {
      throw new Refusal.Invalid(errors);
    }
  }

  /** For a single wrong field, found late. */
  public static Refusal.Invalid of(String field, String message) {
    return new Refusal.Invalid(List.of(new FieldError(field, message)));
  }
}
