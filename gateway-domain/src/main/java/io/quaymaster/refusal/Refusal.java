package io.quaymaster.refusal;

import java.util.List;

/**
 * The one shape in which a use case says no to an admin. An answer, not a defect: it has no stack
 * trace, and thrown inside a transaction it rolls the transaction back.
 */
public abstract sealed class Refusal extends RuntimeException {
  private final String text;

  private Refusal(String text) {
    super(text, null, false, false);
    this.text = text;
  }

  /** A sentence for the admin; never a secret. */
  @Override
  public String getMessage() {
    return text;
  }

  /** Nothing has this name, or nothing that the admin may know of: both read alike. */
  public static final class NotFound extends Refusal {
    public NotFound(String kind, String name) {
      super("There is no " + kind + " \"" + name + "\".");
    }
  }

  /** What was sent is wrong in these fields. */
  public static final class Invalid extends Refusal {
    private final List<FieldError> errors;

    public Invalid(List<FieldError> errors) {
      super(errors.size() == 1 ? "One field is wrong." : errors.size() + " fields are wrong.");
      this.errors = List.copyOf(errors);
    }

    public List<FieldError> errors() {
      return errors;
    }
  }

  /** The request is right in itself and does not fit what is there. */
  public static final class Conflict extends Refusal {
    private final String code;

    public Conflict(String code, String text) {
      super(text);
      this.code = code;
    }

    public String code() {
      return code;
    }
  }

  /** The thing is not in the version that the admin changes. */
  public static final class Stale extends Refusal {
    public Stale(long version) {
      super("It was changed meanwhile and is in version " + version + " now. Read it again.");
    }
  }

  /** Understood, and cannot be done here. */
  public static final class Unprocessable extends Refusal {
    private final String code;

    public Unprocessable(String code, String text) {
      super(text);
      this.code = code;
    }

    public String code() {
      return code;
    }
  }

  /** The admin's role does not allow it. */
  public static final class Forbidden extends Refusal {
    public Forbidden(String text) {
      super(text);
    }
  }

  /** Too much at once; the same request may succeed in a moment. */
  public static final class Busy extends Refusal {
    public Busy(String text) {
      super(text);
    }
  }
}
