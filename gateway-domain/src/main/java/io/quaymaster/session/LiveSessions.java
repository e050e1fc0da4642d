package io.quaymaster.session;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The port through which admins list and end sessions, wherever they are. Threads: any. */
public interface LiveSessions {
  /**
   * Which sessions, and from where on.
   *
   * @param tenant null: any
   * @param account null: any
   * @param after null: from the first
   */
  record Query(
      @Nullable String tenant, @Nullable String account, @Nullable Mark after, int limit) {}

  /** A place in the list: sessions are told apart by when they began, then by their ids. */
  record Mark(Instant startedAt, String id) {
    public static Mark of(LiveSession session) {
      return new Mark(session.startedAt(), session.id());
    }
  }

  /**
   * Sessions that fit, oldest first; of all gateways. What those of others have done is some
   * seconds old.
   *
   * @throws org.springframework.dao.DataAccessException if the database does not answer
   */
  List<LiveSession> list(Query query);

  /** One of them. Fails as {@link #list} does. */
  Optional<LiveSession> find(String id);

  /**
   * Ends a session within a second, at once if it is one of this process: its transfers are
   * aborted, the client is told the reason. Fails as {@link #list} does.
   *
   * @param reason for the client and the audit log
   */
  void end(LiveSession session, String reason);
}
