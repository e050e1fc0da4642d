package io.quaymaster.session;

import java.util.List;
import java.util.function.Predicate;

/**
 * The port through which admins list and end sessions; the SSH face implements it. Threads: any.
 */
public interface LiveSessions {
  /** Sessions that fit, oldest first. */
  List<LiveSession> list(Predicate<LiveSession> which);

  /**
   * Ends sessions at once: transfers under way are aborted, the client is told the reason.
   *
   * @param reason for the client and the audit log
   * @return how many were ended
   */
  int end(Predicate<LiveSession> which, String reason);
}
