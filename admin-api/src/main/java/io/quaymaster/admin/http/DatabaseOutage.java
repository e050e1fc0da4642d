package io.quaymaster.admin.http;

import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import org.jspecify.annotations.Nullable;

/** Tells a database that is away from a statement that is wrong. */
final class DatabaseOutage {
  private static final int MAX_CAUSES = 20;

  private DatabaseOutage() {}

  static boolean isCauseOf(Throwable failure) {
    Throwable at = failure;
    for (int i = 0; at != null && i < MAX_CAUSES; i++) {
      if (at instanceof SQLTransientConnectionException
          || (at instanceof SQLException sql && isOutage(sql.getSQLState()))) {
        return true;
      }
      at = at.getCause();
    }
    return false;
  }

  /**
   * PostgreSQL's Appendix A: class 08 connection, 53 resources, 57P operator intervention. The
   * server and its driver always name a state; the pool does not when it says that a connection is
   * closed, which is all that remains where a cut connection fails the rollback too.
   */
  private static boolean isOutage(@Nullable String state) {
    return state == null
        || state.startsWith("08")
        || state.startsWith("53")
        || state.startsWith("57P");
  }
}
