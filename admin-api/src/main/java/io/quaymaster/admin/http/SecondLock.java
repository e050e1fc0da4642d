package io.quaymaster.admin.http;

import java.sql.SQLException;

/** Tells what row-level security refused: then something in front of it did not do its work. */
final class SecondLock {
  /** PostgreSQL's Appendix A: insufficient_privilege. */
  private static final String REFUSED = "42501";

  private static final int MAX_CAUSES = 20;

  private SecondLock() {}

  static boolean isCauseOf(Throwable failure) {
    Throwable at = failure;
    for (int i = 0; at != null && i < MAX_CAUSES; i++) {
      if (at instanceof SQLException sql && REFUSED.equals(sql.getSQLState())) {
        return true;
      }
      at = at.getCause();
    }
    return false;
  }
}
