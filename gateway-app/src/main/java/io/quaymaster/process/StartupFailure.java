package io.quaymaster.process;

/**
 * Why the gateway cannot start: a paragraph for the person who starts it, which says what is wrong
 * and what to do. It holds no secret. Whoever throws it needs no stack trace.
 */
public final class StartupFailure extends RuntimeException {
  public StartupFailure(String paragraph) {
    super(paragraph);
  }

  public StartupFailure(String paragraph, Throwable cause) {
    super(paragraph, cause);
  }
}
