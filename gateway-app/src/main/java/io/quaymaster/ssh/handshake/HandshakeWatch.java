package io.quaymaster.ssh.handshake;

import io.quaymaster.account.SourceRange;
import io.quaymaster.negotiation.AlgorithmOffer;
import io.quaymaster.negotiation.NegotiationFailure;
import io.quaymaster.negotiation.NegotiationFailure.Code;
import io.quaymaster.settings.AlgorithmPolicy;
import io.quaymaster.settings.ListenerSettings;
import io.quaymaster.ssh.transport.TransportSession;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.KeyPair;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.kex.KexProposalOption;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.session.helpers.TimeoutIndicator.TimeoutStatus;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;

/**
 * Watches the handshakes of one listener: shows out who comes from elsewhere than it allows, and
 * tells of each connection that ends before its first key exchange is complete, once and why. Who
 * connects and goes again without having said anything, as health probes do, is no failure.
 *
 * <p>Threads: any; the calls of one session come one after the other, but for its end.
 */
public final class HandshakeWatch implements SessionListener {
  /** Where a session stands. What is not there yet has agreed upon nothing. */
  private enum Stage {
    AGREED,
    OVER
  }

  private static final AttributeKey<Stage> STAGE = new AttributeKey<>();
  private static final AttributeKey<AlgorithmOffer> OFFERED = new AttributeKey<>();
  private static final AttributeKey<String> LAST_WORDS = new AttributeKey<>();

  /** RFC 4253, sections 4.2 and 5.1. */
  private static final Pattern SPEAKS_VERSION_2 = Pattern.compile("SSH-(2\\.0|1\\.99)-");

  private final ListenerSettings listener;
  private final List<SourceRange> sources;
  private final List<KeyPair> hostKeys;
  private final AlgorithmOffer available;
  private final HandshakeRecorder recorder;
  private volatile boolean closing;

  /**
   * @param hostKeys all that the gateway uses
   */
  public HandshakeWatch(
      ListenerSettings listener, List<KeyPair> hostKeys, HandshakeRecorder recorder) {
    this.listener = listener;
    this.sources = listener.sourceRanges();
    this.hostKeys = List.copyOf(hostKeys);
    this.available = AlgorithmSet.of(listener.algorithms()).offer(hostKeys);
    this.recorder = recorder;
  }

  /** The listener closes all its connections now, which is nobody's failure. */
  public void close() {
    closing = true;
  }

  /**
   * Here, and not when the connection is made: whatever stands before the identification line and
   * says whose connection it is has been read, and no key exchange has begun.
   */
  @Override
  public void sessionPeerIdentificationReceived(
      Session session, String version, List<String> extraLines) {
    if (SourceRange.allow(sources, source(session))) {
      return;
    }
    fail(session, Code.SOURCE_NOT_ALLOWED, "This listener allows other networks only.");
    try {
      session.disconnect(
          SshConstants.SSH2_DISCONNECT_HOST_NOT_ALLOWED_TO_CONNECT, "Not allowed from there.");
    } catch (IOException gone) {
      session.close(true);
    }
  }

  @Override
  public void sessionNegotiationEnd(
      Session session,
      Map<KexProposalOption, String> client,
      Map<KexProposalOption, String> server,
      Map<KexProposalOption, String> agreed,
      @Nullable Throwable reason) {
    if (session.getAttribute(STAGE) == Stage.OVER) {
      return;
    }
    AlgorithmOffer offered = Negotiation.offer(client);
    session.setAttribute(OFFERED, offered);
    if (reason == null) {
      session.setAttribute(STAGE, Stage.AGREED);
    } else if (isStrictKex(reason)) {
      fail(session, Code.STRICT_KEX_VIOLATED, reasonText(reason));
    } else {
      disagreed(session, offered, Negotiation.compresses(client), reason);
    }
  }

  private void disagreed(
      Session session, AlgorithmOffer offered, boolean compresses, Throwable reason) {
    List<Code> missing = Negotiation.missing(offered, available);
    if (!missing.isEmpty()) {
      fail(session, missing.getFirst(), nothingInCommon(missing), compresses ? null : offered);
    } else if (compresses) {
      fail(session, Code.NO_COMMON_COMPRESSION, "The client insists on compression.");
    } else {
      fail(session, Code.KEY_EXCHANGE_FAILED, reasonText(reason));
    }
  }

  private static String nothingInCommon(List<Code> missing) {
    return "The client and the listener have in common no "
        + missing.stream()
            .map(code -> code.category().replace('-', ' '))
            .collect(Collectors.joining(", no "))
        + ".";
  }

  @Override
  public void sessionEvent(Session session, Event event) {
    if (event == Event.KeyEstablished && session.getAttribute(STAGE) != Stage.OVER) {
      session.setAttribute(STAGE, Stage.OVER);
      recorder.established(
          session.getNegotiatedKexParameter(KexProposalOption.ALGORITHMS),
          session.getNegotiatedKexParameter(KexProposalOption.C2SENC));
    }
  }

  @Override
  public void sessionException(Session session, Throwable problem) {
    if (isConnectionGone(problem)) {
      return;
    }
    String client = session.getClientVersion();
    if (isStrictKex(problem)) {
      fail(session, Code.STRICT_KEX_VIOLATED, reasonText(problem));
    } else if (client == null || isForeign(client)) {
      foreign(session, client);
    } else if (session.getAttribute(STAGE) == null) {
      fail(session, Code.BAD_PACKET, reasonText(problem));
    } else {
      fail(session, Code.KEY_EXCHANGE_FAILED, reasonText(problem));
    }
  }

  private static boolean isForeign(String client) {
    return !SPEAKS_VERSION_2.matcher(client).lookingAt();
  }

  private void foreign(Session session, @Nullable String client) {
    boolean old = client != null && client.startsWith("SSH-1.");
    fail(
        session,
        old ? Code.PROTOCOL_VERSION_1 : Code.BAD_IDENTIFICATION,
        old
            ? "The client speaks version 1 of SSH."
            : "What came is no identification of SSH version 2.");
  }

  /** Of the end of a connection, {@link #sessionClosed} tells more. */
  private static boolean isConnectionGone(Throwable problem) {
    return problem instanceof IOException
        && !(problem instanceof SshException)
        && !(problem instanceof StreamCorruptedException);
  }

  @Override
  public void sessionDisconnect(
      Session session, int reason, String message, String language, boolean byUs) {
    if (!byUs) {
      session.setAttribute(LAST_WORDS, String.valueOf(message));
    }
  }

  @Override
  public void sessionClosed(Session session) {
    if (closing) {
      return;
    }
    String lastWords = session.getAttribute(LAST_WORDS);
    String client = session.getClientVersion();
    if (client != null && isForeign(client)) {
      // MINA closes when it has written why, and may do so before it tells of the failure.
      foreign(session, client);
    } else if (isLate(session)) {
      fail(session, Code.HANDSHAKE_TIMEOUT, "The handshake was not complete in time.");
    } else if (lastWords != null) {
      fail(session, Code.CLIENT_LEFT, "The client left and said: " + lastWords);
    } else if (session.getAttribute(STAGE) == Stage.AGREED) {
      fail(
          session,
          Code.CLIENT_LEFT,
          "The client left in the key exchange. It may not know this host key: "
              + session.getNegotiatedKexParameter(KexProposalOption.SERVERKEYS)
              + ".");
    }
  }

  /** Of MINA and of the transport, one notices it first. */
  private static boolean isLate(Session session) {
    return session.getTimeoutStatus().getStatus() == TimeoutStatus.AuthTimeout
        || (session.getIoSession() instanceof TransportSession connection
            && connection.pass().isOverdue(System.nanoTime()));
  }

  private void fail(Session session, Code code, String message) {
    fail(session, code, message, null);
  }

  /**
   * Tells the first failure of a session before its keys are there, and no other.
   *
   * @param disagreeing an offer that might do elsewhere
   */
  private void fail(
      Session session, Code code, String message, @Nullable AlgorithmOffer disagreeing) {
    if (session.getAttribute(STAGE) == Stage.OVER) {
      return;
    }
    session.setAttribute(STAGE, Stage.OVER);
    List<String> elsewhere = disagreeing == null ? List.of() : wouldMatch(disagreeing);
    recorder.failed(
        new NegotiationFailure(
            recorder.now(),
            listener.name(),
            listener.algorithms().wireName(),
            source(session),
            session.getClientVersion(),
            code,
            disagreeing == null ? message : message + advice(elsewhere),
            session.getAttribute(OFFERED),
            available,
            elsewhere));
  }

  private List<String> wouldMatch(AlgorithmOffer offered) {
    return Arrays.stream(AlgorithmPolicy.values())
        .filter(p -> Negotiation.missing(offered, AlgorithmSet.of(p).offer(hostKeys)).isEmpty())
        .map(AlgorithmPolicy::wireName)
        .toList();
  }

  private static String advice(List<String> policies) {
    return policies.isEmpty()
        ? " No policy of this gateway would match."
        : " It would match on a listener with the policy " + String.join(" or ", policies) + ".";
  }

  private static boolean isStrictKex(Throwable problem) {
    return reasonText(problem).contains("trict KEX");
  }

  private static String reasonText(Throwable problem) {
    return String.valueOf(problem.getMessage());
  }

  private static InetAddress source(Session session) {
    if (session instanceof ServerSession server
        && server.getClientAddress() instanceof InetSocketAddress address) {
      return address.getAddress();
    }
    throw new IllegalStateException("a session without an address");
  }
}
