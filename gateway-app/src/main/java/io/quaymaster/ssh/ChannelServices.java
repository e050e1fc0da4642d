package io.quaymaster.ssh;

import io.quaymaster.access.Protocol;
import io.quaymaster.accountfiles.AccountFiles;
import io.quaymaster.accountfiles.AccountFilesEngine;
import io.quaymaster.accountfiles.Refusals;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.CorrelationId;
import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileFailure;
import io.quaymaster.login.Grant;
import io.quaymaster.ssh.channel.ChannelInput;
import io.quaymaster.ssh.channel.ChannelOutput;
import io.quaymaster.ssh.channel.DirectBuffers;
import io.quaymaster.ssh.channel.PacketBuffers;
import io.quaymaster.ssh.channel.ServedChannel;
import io.quaymaster.ssh.channel.Throttle;
import io.quaymaster.ssh.scp.ScpCommand;
import io.quaymaster.ssh.scp.ScpServer;
import io.quaymaster.ssh.sftp.SftpLimits;
import io.quaymaster.ssh.sftp.SftpMeters;
import io.quaymaster.ssh.sftp.SftpServer;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import org.apache.sshd.server.channel.ChannelSession;
import org.apache.sshd.server.command.Command;

/** What a client may ask a channel for, and what it gets: SFTP, SCP, or a sentence that says no. */
final class ChannelServices {
  private static final String ONLY = "This service allows sftp and scp only.";

  /** 8 MiB: what some busy downloads have under way at once. */
  private static final int KEPT_PACKETS = 128;

  /** An answer that begins when the client was told that its request is granted. */
  @FunctionalInterface
  interface Offer {
    Command start();
  }

  private final SessionRegistry sessions;
  private final AccountFilesEngine engine;
  private final Chronicle chronicle;
  private final SftpLimits limits;
  private final SftpMeters meters;
  private final DirectBuffers inputBuffers;
  private final DirectBuffers readBuffers;
  private final PacketBuffers packetBuffers = new PacketBuffers(KEPT_PACKETS);
  private final Duration patience;
  private final Clock clock;
  private final ServedCount served = new ServedCount();

  /**
   * @param inputBuffers for what clients send
   * @param readBuffers for what they read
   * @param patience how long a client may leave its window closed
   */
  ChannelServices(
      SessionRegistry sessions,
      AccountFilesEngine engine,
      Chronicle chronicle,
      SftpLimits limits,
      SftpMeters meters,
      DirectBuffers inputBuffers,
      DirectBuffers readBuffers,
      Duration patience,
      Clock clock) {
    this.sessions = sessions;
    this.engine = engine;
    this.chronicle = chronicle;
    this.limits = limits;
    this.meters = meters;
    this.inputBuffers = inputBuffers;
    this.readBuffers = readBuffers;
    this.patience = patience;
    this.clock = clock;
  }

  /**
   * @param name byte text
   */
  Offer subsystem(ChannelSession channel, String name) {
    Optional<Offer> turnedAway = turnedAway(channel);
    if (turnedAway.isPresent()) {
      return turnedAway.get();
    }
    if (name.equals("sftp")) {
      return () -> sftp(channel);
    }
    return () ->
        no(channel, "subsystem", "There is no subsystem '" + ByteText.shown(name) + "'. " + ONLY);
  }

  /**
   * @param line byte text
   */
  Offer exec(ChannelSession channel, String line) {
    return turnedAway(channel).orElseGet(() -> offer(channel, line));
  }

  private Offer offer(ChannelSession channel, String line) {
    return switch (ScpCommand.parse(line)) {
      case ScpCommand.Scp scp -> () -> scp(channel, scp);
      case ScpCommand.SftpServer _ -> () -> sftp(channel);
      case ScpCommand.Refused refused -> () -> no(channel, "exec", refused.reason() + " " + ONLY);
    };
  }

  Offer shell(ChannelSession channel) {
    return turnedAway(channel).orElseGet(() -> () -> no(channel, "shell", ONLY));
  }

  /**
   * A connection that was authenticated but got no grant hears why, should its channel be quicker
   * than the disconnection that is on its way.
   */
  private Optional<Offer> turnedAway(ChannelSession channel) {
    return sessions
        .refusal(channel.getSession())
        .map(
            reason ->
                () ->
                    new ServedChannel(
                        "turned away",
                        channel,
                        new ChannelInput(channel, inputBuffers, Throttle.NONE),
                        new ChannelOutput(channel, packetBuffers, Throttle.NONE, patience),
                        (in, out, complaints) -> {
                          complaints.say(reason);
                          return 1;
                        }));
  }

  /**
   * A request that gets no service at all: pty, agent, X11 and whatever else there may be. Of env,
   * which OpenSSH's client sends unasked, no more is said than no.
   */
  void refused(ChannelSession channel, String request) {
    if (request.equals("env") || sessions.refusal(channel.getSession()).isPresent()) {
      return;
    }
    ServedSession session = sessions.of(channel.getSession());
    tellRefusal(session.grant(), ByteText.shown(request), "refused");
  }

  private Command sftp(ChannelSession channel) {
    return serve(
        channel,
        Protocol.SFTP,
        AccountFiles::isTransferring,
        (files, in, out, refusals, complaints) -> {
          new SftpServer(in, out, files, refusals, limits, readBuffers, meters, clock).serve();
          return 0;
        });
  }

  private Command scp(ChannelSession channel, ScpCommand.Scp command) {
    return serve(
        channel,
        Protocol.SCP,
        _ -> true,
        (files, in, out, refusals, complaints) ->
            new ScpServer(command, files, refusals, readBuffers).serve(in, out, complaints));
  }

  /** A service on an account's files. */
  @FunctionalInterface
  private interface FilesService {
    int serve(
        AccountFiles files,
        ChannelInput in,
        ChannelOutput out,
        Refusals refusals,
        ServedChannel.Complaints complaints)
        throws IOException, InterruptedException;
  }

  /**
   * @param transferring whether a file is under way; scp has no other purpose
   */
  private Command serve(
      ChannelSession channel,
      Protocol protocol,
      Predicate<AccountFiles> transferring,
      FilesService service) {
    ServedSession session = sessions.of(channel.getSession());
    Grant grant = session.grant();
    if (!grant.protocols().contains(protocol)) {
      return no(
          channel,
          protocol.wireName(),
          "PROTOCOL_DENIED: this account may not use " + protocol.wireName() + ".");
    }
    return start(
        channel,
        session,
        protocol.wireName(),
        (in, out, complaints) -> {
          try (AccountFiles files = engine.open(grant);
              ServedSession.Use _ = session.use(protocol, in, () -> transferring.test(files))) {
            return service.serve(files, in, out, new Refusals(chronicle, grant, clock), complaints);
          } catch (FileFailure unreachable) {
            complaints.say(
                new Refusals(chronicle, grant, clock)
                    .tell(protocol, "open home", "/", unreachable));
            return 1;
          }
        });
  }

  private Command no(ChannelSession channel, String request, String sentence) {
    ServedSession session = sessions.of(channel.getSession());
    String correlationId = tellRefusal(session.grant(), request, sentence);
    return start(
        channel,
        session,
        request,
        (in, out, complaints) -> {
          complaints.say(sentence + " [" + correlationId + "]");
          return 1;
        });
  }

  private Command start(
      ChannelSession channel, ServedSession session, String name, ServedChannel.Service service) {
    ChannelInput in = new ChannelInput(channel, inputBuffers, session.receiving());
    ChannelOutput out = new ChannelOutput(channel, packetBuffers, session.sending(), patience);
    return new ServedChannel(
        name + " " + session.grant().loginName(), channel, in, out, counted(service));
  }

  private ServedChannel.Service counted(ServedChannel.Service service) {
    return (in, out, complaints) -> {
      served.enter();
      try {
        return service.serve(in, out, complaints);
      } finally {
        served.leave();
      }
    };
  }

  /** Channels whose thread is at work now. */
  ServedCount served() {
    return served;
  }

  /** Returns the id of the line in the audit log. */
  private String tellRefusal(Grant grant, String request, String sentence) {
    String correlationId = CorrelationId.next();
    chronicle.record(
        new AuditEvent(
            UUID.randomUUID(),
            clock.instant(),
            grant.tenant(),
            grant.username(),
            null,
            grant.source(),
            grant.sessionId(),
            "channel-request",
            AuditEvent.Outcome.REFUSED,
            "REQUEST_DENIED",
            correlationId,
            Map.of("request", request, "message", sentence)));
    return correlationId;
  }
}
