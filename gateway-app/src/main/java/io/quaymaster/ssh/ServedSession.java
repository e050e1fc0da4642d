package io.quaymaster.ssh;

import io.quaymaster.access.Protocol;
import io.quaymaster.files.ByteText;
import io.quaymaster.login.Grant;
import io.quaymaster.session.LiveSession;
import io.quaymaster.ssh.channel.ChannelInput;
import io.quaymaster.ssh.channel.Throttle;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.server.session.ServerSession;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** An authenticated connection. Threads: any. */
final class ServedSession {
  private static final Logger log = LoggerFactory.getLogger(ServedSession.class);

  private final ServerSession ssh;
  private final Grant grant;
  private final Throttle upPace;
  private final Throttle downPace;
  private final Clock clock;
  private final LongAdder received = new LongAdder();
  private final LongAdder sent = new LongAdder();
  private final Map<ChannelInput, Served> channels = new ConcurrentHashMap<>();
  private volatile Instant lastActiveAt;
  private volatile boolean ended;
  private volatile @Nullable String endReason;

  ServedSession(ServerSession ssh, Grant grant, Throttle upPace, Throttle downPace, Clock clock) {
    this.ssh = ssh;
    this.grant = grant;
    this.upPace = upPace;
    this.downPace = downPace;
    this.clock = clock;
    this.lastActiveAt = clock.instant();
  }

  ServerSession ssh() {
    return ssh;
  }

  Grant grant() {
    return grant;
  }

  /** Counts and paces what comes in. */
  Throttle receiving() {
    return counting(received).and(upPace);
  }

  /** Counts and paces what goes out. */
  Throttle sending() {
    return counting(sent).and(downPace);
  }

  private Throttle counting(LongAdder counter) {
    return bytes -> {
      counter.add(bytes);
      lastActiveAt = clock.instant();
    };
  }

  /** A channel that serves files, while it does. */
  @FunctionalInterface
  interface Use extends AutoCloseable {
    @Override
    void close();
  }

  private record Served(Protocol protocol, BooleanSupplier transferring) {}

  /**
   * @param transferring whether the channel moves a file now
   */
  Use use(Protocol protocol, ChannelInput input, BooleanSupplier transferring) {
    channels.put(input, new Served(protocol, transferring));
    if (ended) {
      input.abort();
    }
    return () -> channels.remove(input);
  }

  /** Whether a file is under way on any of its channels. */
  boolean isTransferring() {
    return channels.values().stream().anyMatch(s -> s.transferring().getAsBoolean());
  }

  LiveSession live() {
    return new LiveSession(
        grant.sessionId(),
        grant.tenantId(),
        grant.tenant(),
        grant.username(),
        grant.accountId(),
        grant.source(),
        ByteText.shown(ByteText.ofUnicode(String.valueOf(ssh.getClientVersion()))),
        grant.credential().toString(),
        grant.keyIds(),
        grant.authorityIds(),
        protocols(),
        grant.grantedAt(),
        lastActiveAt,
        received.sum(),
        sent.sum());
  }

  /** How long it was and what went over it, for the audit log. */
  Map<String, String> ending() {
    Map<String, String> detail = new HashMap<>();
    detail.put(
        "seconds", Long.toString(Duration.between(grant.grantedAt(), clock.instant()).toSeconds()));
    detail.put("bytesReceived", Long.toString(received.sum()));
    detail.put("bytesSent", Long.toString(sent.sum()));
    String reason = endReason;
    if (reason != null) {
      detail.put("reason", reason);
    }
    return detail;
  }

  private Set<String> protocols() {
    return channels.values().stream()
        .map(served -> served.protocol().wireName())
        .collect(Collectors.toUnmodifiableSet());
  }

  /**
   * Ends the session now: no request that waits is served any more. The client is told why before
   * its channels end, because then it may go away at once.
   */
  void end(String reason) {
    endReason = reason;
    ended = true;
    try {
      ssh.disconnect(SshConstants.SSH2_DISCONNECT_BY_APPLICATION, reason);
    } catch (IOException gone) {
      log.debug("{}: gone before it was told why", grant.loginName(), gone);
      ssh.close(true);
    } finally {
      channels.keySet().forEach(ChannelInput::abort);
    }
  }
}
