package io.quaymaster.ssh.scp;

import io.quaymaster.accountfiles.AccountFiles;
import io.quaymaster.accountfiles.Refusals;
import io.quaymaster.ssh.channel.ChannelInput;
import io.quaymaster.ssh.channel.ChannelOutput;
import io.quaymaster.ssh.channel.DirectBuffers;
import io.quaymaster.ssh.channel.ServedChannel.Complaints;
import java.io.EOFException;
import java.io.IOException;

/**
 * Serves one SCP command on a channel: the remote side of OpenSSH's scp.c, in the old protocol that
 * {@code scp -O} and older clients speak. One thread.
 */
public final class ScpServer {
  private static final int SUCCESS = 0;
  private static final int FAILURE = 1;

  private final ScpCommand.Scp command;
  private final AccountFiles files;
  private final Refusals refusals;
  private final DirectBuffers buffers;

  /**
   * @param buffers for what is read from files; a command holds at most one
   */
  public ScpServer(
      ScpCommand.Scp command, AccountFiles files, Refusals refusals, DirectBuffers buffers) {
    this.command = command;
    this.files = files;
    this.refusals = refusals;
    this.buffers = buffers;
  }

  /**
   * Serves until all is sent or received. Files that were not transferred to their end are aborted
   * when it returns.
   *
   * @return the exit status: 0 if everything was done, else 1
   * @throws IOException if the client is gone
   */
  public int serve(ChannelInput in, ChannelOutput out, Complaints complaints)
      throws IOException, InterruptedException {
    ScpPeer peer = new ScpPeer(in, out, refusals, command.verbose() ? complaints : null);
    try {
      switch (command.way()) {
        case SINK -> new ScpSink(command, files, peer, in).receive();
        case SOURCE -> new ScpSource(command, files, peer, buffers).send();
      }
      return peer.failed() ? FAILURE : SUCCESS;
    } catch (ProtocolError error) {
      if (!error.told()) {
        peer.complain(error.message());
      }
      return FAILURE;
    } catch (EOFException cut) {
      if (in.isAborted()) {
        throw cut;
      }
      peer.complain("lost connection");
      return FAILURE;
    }
  }
}
