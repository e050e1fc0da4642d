package io.quaymaster.ssh;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Bounds the connections that are not authenticated: one more is closed before anything is computed
 * for it. Threads: any.
 */
final class Admission implements SessionListener {
  private static final Logger log = LoggerFactory.getLogger(Admission.class);

  private final int limit;
  private final Set<Session> strangers = ConcurrentHashMap.newKeySet();

  Admission(int limit) {
    this.limit = limit;
  }

  @Override
  public void sessionCreated(Session session) {
    strangers.add(session);
    if (strangers.size() > limit) {
      log.info(
          "A connection from {} is closed: {} others are not authenticated yet",
          session.getRemoteAddress(),
          limit);
      session.close(true);
    }
  }

  @Override
  public void sessionEvent(Session session, Event event) {
    if (event == Event.Authenticated) {
      strangers.remove(session);
    }
  }

  @Override
  public void sessionClosed(Session session) {
    strangers.remove(session);
  }

  int strangers() {
    return strangers.size();
  }
}
