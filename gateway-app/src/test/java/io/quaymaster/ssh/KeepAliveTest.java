package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.channel.exception.SshChannelOpenException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that vanish, that are there and idle, and that open too much. */
@Timeout(120)
class KeepAliveTest {
  @TempDir Path folder;

  private static TestGateway gateway(Duration interval, int count, Duration idle) {
    return TestGateway.start(
        GatewayOptions.DEFAULTS.keepAlive(new KeepAlive.Settings(interval, count, idle)));
  }

  private Process frozenOrNot(TestAccount alice) throws IOException {
    Process client = alice.openSsh().beginListening(folder.resolve("screen"), "sftp", "quay");
    type(client, "ls\n");
    return client;
  }

  private static void type(Process client, String text) throws IOException {
    OutputStream in = client.getOutputStream();
    in.write(text.getBytes(StandardCharsets.UTF_8));
    in.flush();
  }

  @Test
  void aClientThatVanishedIsNoticed() throws Exception {
    try (TestGateway gateway = gateway(Duration.ofMillis(500), 2, Duration.ofMinutes(5))) {
      TestAccount alice = gateway.account("alice@acme").create();
      Process client = frozenOrNot(alice);
      await().atMost(Duration.ofMinutes(1)).until(() -> gateway.sessions().size() == 1);
      OpenSsh.signal(client, "STOP");
      try {
        await().atMost(Duration.ofMinutes(1)).until(() -> gateway.sessions().size() == 0);
      } finally {
        OpenSsh.signal(client, "CONT");
        OpenSsh.kill(client);
      }
      gateway.comesToRest();
    }
  }

  /** OpenSSH's client answers, and so it stays, for many times what a silent one has. */
  @Test
  void anIdleClientThatAnswersStays() throws Exception {
    try (TestGateway gateway = gateway(Duration.ofSeconds(1), 3, Duration.ofMinutes(5))) {
      TestAccount alice = gateway.account("alice@acme").create();
      Process client = frozenOrNot(alice);
      await().atMost(Duration.ofMinutes(1)).until(() -> gateway.sessions().size() == 1);
      await()
          .during(Duration.ofSeconds(10))
          .atMost(Duration.ofSeconds(30))
          .until(() -> gateway.sessions().size() == 1);
      type(client, "mkdir still-there\nbye\n");
      assertThat(client.waitFor()).isZero();
      assertThat(alice.file("still-there")).isDirectory();
      gateway.comesToRest();
    }
  }

  @Test
  void anIdleClientThatOnlyAnswersIsShownOutInTheEnd() throws Exception {
    try (TestGateway gateway = gateway(Duration.ofMillis(500), 20, Duration.ofSeconds(3))) {
      TestAccount alice = gateway.account("alice@acme").create();
      Process client = frozenOrNot(alice);
      await().atMost(Duration.ofMinutes(1)).until(() -> gateway.sessions().size() == 1);
      await().atMost(Duration.ofMinutes(1)).until(() -> gateway.sessions().size() == 0);
      client.getOutputStream().close();
      client.waitFor();
      assertThat(Files.readString(folder.resolve("screen"))).contains("idle");
      gateway.comesToRest();
    }
  }

  @Test
  void aConnectionHasSoManyChannelsAndNoMore() throws IOException {
    try (TestGateway gateway = TestGateway.start()) {
      TestAccount alice = gateway.account("alice@acme").create();
      try (ClientSession session = alice.connect()) {
        for (int i = 0; i < 8; i++) {
          SftpWire.channel(session);
        }
        ChannelSubsystem tooMany = session.createSubsystemChannel("sftp");
        assertThatThrownBy(() -> tooMany.open().verify(RawClient.PATIENCE))
            .rootCause()
            .isInstanceOfSatisfying(
                SshChannelOpenException.class,
                refused ->
                    assertThat(refused.getReasonCode())
                        .isEqualTo(SshConstants.SSH_OPEN_RESOURCE_SHORTAGE));
        assertThat(gateway.sessions().size()).as("the others stay").isEqualTo(1);
        // The last one's thread may have begun just now.
        await().until(() -> gateway.channels() == 8);
      }
      gateway.comesToRest();
    }
  }
}
