package io.quaymaster.ssh;

import io.quaymaster.ssh.transport.TransportSession;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks silent clients whether they are there, as OpenSSH's {@code ClientAliveInterval} and {@code
 * ClientAliveCountMax} (serverloop.c), and ends sessions of clients that are gone, or that are
 * there and do nothing: an answer to such a question is no activity. One virtual thread looks at
 * all sessions.
 */
final class KeepAlive implements Runnable {
  private static final String REQUEST = "keepalive@openssh.com";
  private static final Logger log = LoggerFactory.getLogger(KeepAlive.class);

  /**
   * @param interval of silence before a client is asked; zero: never
   * @param count questions in a row that may stay unanswered
   * @param idle without anything but answers the session ends
   */
  record Settings(Duration interval, int count, Duration idle) {
    Duration period() {
      Duration shortest = interval.isZero() || interval.compareTo(idle) > 0 ? idle : interval;
      return Duration.ofMillis(Math.clamp(shortest.toMillis() / 4, 50, 1_000));
    }
  }

  /** What is known of a session's client; the loop's alone, but for {@code answeredNanos}. */
  private static final class Client {
    private boolean ending;
    private int unanswered;
    private long askedNanos;
    private long activeNanos;
    private volatile long answeredNanos;

    Client(long now) {
      askedNanos = now;
      activeNanos = now;
      answeredNanos = now;
    }
  }

  private final SessionRegistry sessions;
  private final Settings settings;
  private final CountDownLatch stopped = new CountDownLatch(1);
  private Map<ServedSession, Client> clients = new HashMap<>();

  KeepAlive(SessionRegistry sessions, Settings settings) {
    this.sessions = sessions;
    this.settings = settings;
  }

  void stop() {
    stopped.countDown();
  }

  @Override
  public void run() {
    try {
      while (!stopped.await(settings.period().toNanos(), TimeUnit.NANOSECONDS)) {
        look(System.nanoTime());
      }
    } catch (InterruptedException ended) {
      Thread.currentThread().interrupt();
    }
  }

  private void look(long now) {
    List<ServedSession> open = sessions.open();
    Map<ServedSession, Client> still = new HashMap<>();
    for (ServedSession session : open) {
      Client client = clients.getOrDefault(session, new Client(now));
      still.put(session, client);
      look(session, client, now);
    }
    clients = still;
  }

  private void look(ServedSession session, Client client, long now) {
    if (client.ending || !(session.ssh().getIoSession() instanceof TransportSession connection)) {
      return;
    }
    long received = connection.lastReceivedNanos();
    if (received - client.askedNanos > 0) {
      client.unanswered = 0;
    }
    if (received - client.answeredNanos > 0) {
      client.activeNanos = received;
    }
    if (now - client.activeNanos >= settings.idle().toNanos()) {
      end(session, client, "it was idle for " + settings.idle().toSeconds() + " s");
    } else if (!settings.interval().isZero()
        && now - Math.max(received, client.askedNanos) >= settings.interval().toNanos()) {
      if (client.unanswered >= settings.count()) {
        end(session, client, "the client does not answer");
      } else {
        ask(session, connection, client, now);
      }
    }
  }

  /** On a thread of its own: while keys are exchanged anew, a sender waits. */
  private static void ask(
      ServedSession session, TransportSession connection, Client client, long now) {
    client.unanswered++;
    client.askedNanos = now;
    Thread.ofVirtual()
        .name("ask " + session.grant().sessionId())
        .start(() -> send(session, connection, client));
  }

  private static void send(ServedSession session, TransportSession connection, Client client) {
    Buffer question = session.ssh().createBuffer(SshConstants.SSH_MSG_GLOBAL_REQUEST);
    question.putString(REQUEST);
    question.putBoolean(true);
    try {
      // Any answer is one: clients do not know the request, and say so.
      session
          .ssh()
          .request(
              question, REQUEST, (_, _) -> client.answeredNanos = connection.lastReceivedNanos());
    } catch (IOException | RuntimeException gone) {
      log.debug("{} could not be asked", session.grant().loginName(), gone);
    }
  }

  /** On a thread of its own: who does not answer may not take the farewell either. */
  private static void end(ServedSession session, Client client, String reason) {
    client.ending = true;
    log.info("The session of {} ends: {}", session.grant().loginName(), reason);
    Thread.ofVirtual()
        .name("end " + session.grant().sessionId())
        .start(() -> session.end("This session was ended: " + reason + "."));
  }
}
