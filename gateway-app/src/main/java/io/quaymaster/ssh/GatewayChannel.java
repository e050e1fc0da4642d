package io.quaymaster.ssh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.sshd.client.future.DefaultOpenFuture;
import org.apache.sshd.client.future.OpenFuture;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.channel.Channel;
import org.apache.sshd.common.channel.RequestHandler.Result;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.apache.sshd.common.session.helpers.AbstractConnectionService;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.server.channel.ChannelSession;

/**
 * A channel of type "session". It knows two requests, {@code subsystem} and {@code exec}, and both
 * only choose what is served in process. All others are refused here, before any code of MINA's
 * that would know what to do with them.
 */
final class GatewayChannel extends ChannelSession {
  private final ChannelServices services;
  private final int maxChannels;

  /**
   * @param maxChannels of one connection, this one included
   */
  GatewayChannel(ChannelServices services, int maxChannels) {
    super(List.of());
    this.services = services;
    this.maxChannels = maxChannels;
  }

  /**
   * One channel too many is refused alone; MINA's own limit would end the whole connection. Of the
   * refusal it sends the code only, with a text of its own.
   */
  @Override
  protected OpenFuture doInit(Buffer buffer) {
    boolean tooMany =
        service instanceof AbstractConnectionService connection
            && connection.getChannels().size() > maxChannels;
    if (!tooMany) {
      return super.doInit(buffer);
    }
    // MINA keeps it otherwise, for as long as the connection lasts.
    service.unregisterChannel(this);
    OpenFuture refused = new DefaultOpenFuture(this, this);
    refused.setException(
        new SshChannelOpenException(
            getChannelId(),
            SshConstants.SSH_OPEN_RESOURCE_SHORTAGE,
            "a connection may have " + maxChannels + " channels at once"));
    return refused;
  }

  @Override
  protected Result handleInternalRequest(String requestType, boolean wantReply, Buffer buffer)
      throws IOException {
    return switch (requestType) {
      case Channel.CHANNEL_SUBSYSTEM ->
          serve(
              requestType, services.subsystem(this, buffer.getString(StandardCharsets.ISO_8859_1)));
      case Channel.CHANNEL_EXEC ->
          serve(requestType, services.exec(this, buffer.getString(StandardCharsets.ISO_8859_1)));
      case Channel.CHANNEL_SHELL -> serve(requestType, services.shell(this));
      case "eow@openssh.com" -> {
        // The client's reader is gone. Nothing to do: a write will tell.
        yield Result.ReplySuccess;
      }
      default -> {
        services.refused(this, requestType);
        yield Result.ReplyFailure;
      }
    };
  }

  /** A channel serves one thing once. */
  private Result serve(String requestType, ChannelServices.Offer offer) throws IOException {
    if (type != null) {
      return Result.ReplyFailure;
    }
    commandInstance = offer.start();
    Result result = prepareChannelCommand(requestType, commandInstance);
    if (result == Result.ReplySuccess) {
      type = requestType;
    }
    return result;
  }

  /**
   * What it served has ended. If the session ends at the same moment, the client is told of that
   * and no more of this: it is no failure, and nothing to warn of.
   */
  @Override
  protected void closeShell(int exitStatus, boolean closeImmediately) throws IOException {
    try {
      super.closeShell(exitStatus, closeImmediately);
    } catch (SshException tooLate) {
      if (getSession().isOpen()) {
        throw tooLate;
      }
      log.debug("{} has no session any more to tell its end", this, tooLate);
      commandExitFuture.setClosed();
    }
  }
}
