package io.quaymaster.session;

import java.util.List;
import java.util.function.Predicate;

/** The sessions of this process; the SSH face has them. Threads: any. */
public interface LocalSessions {
  /** Those that are open now. */
  List<LiveSession> live();

  /**
   * Ends sessions at once: transfers under way are aborted, the client is told the reason.
   *
   * @param reason for the client and the audit log
   * @return how many were ended
   */
  int end(Predicate<LiveSession> which, String reason);
}
