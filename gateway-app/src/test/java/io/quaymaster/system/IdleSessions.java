package io.quaymaster.system;

import io.quaymaster.ssh.OpenSshKeys;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.apache.sshd.core.CoreModuleProperties;

/** Many SFTP sessions of one account that have begun and do nothing, held by one process. */
final class IdleSessions implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** SSH_FXP_INIT of version 3. */
  private static final byte[] INIT = {0, 0, 0, 5, 1, 0, 0, 0, 3};

  private final BenchSide side;
  private final SshClient client = SshClient.setUpDefaultClient();

  IdleSessions(BenchSide side, OpenSshKeys key) {
    this.side = side;
    client.setServerKeyVerifier((session, address, host) -> true);
    client.setKeyIdentityProvider(new FileKeyPairProvider(List.of(key.file())));
    CoreModuleProperties.IDLE_TIMEOUT.set(client, Duration.ZERO);
    client.start();
  }

  /** Opens so many, one after the other, each as far as the server's version. */
  void open(int count) throws IOException {
    for (int i = 0; i < count; i++) {
      ClientSession session =
          client
              .connect(side.login(), "127.0.0.1", side.port())
              .verify(PATIENCE)
              .getClientSession();
      session.auth().verify(PATIENCE);
      ChannelSubsystem channel = session.createSubsystemChannel("sftp");
      channel.open().verify(PATIENCE);
      channel.getInvertedIn().write(INIT);
      channel.getInvertedIn().flush();
      if (channel.getInvertedOut().read() < 0) {
        throw new IOException("no answer");
      }
    }
  }

  @Override
  public void close() {
    client.stop();
  }
}
