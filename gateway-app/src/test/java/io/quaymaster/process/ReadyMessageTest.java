package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.process.DemoSetup.DemoAccount;
import io.quaymaster.process.ReadyMessage.HttpPort;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReadyMessageTest {
  private static final List<HostKeys.Shown> KEYS =
      List.of(new HostKeys.Shown("ssh-ed25519", "SHA256:abc"));
  private static final HttpPort ADMIN = new HttpPort(2, false);
  private static final HttpPort MANAGEMENT = new HttpPort(3, false);

  @Test
  void saysWhereEverythingIsAndWhatToType() {
    DemoAccount demo = new DemoAccount("acme", "main", "demo", "opensesame");

    assertThat(
            new ReadyMessage(
                    "127.0.0.1",
                    2022,
                    new HttpPort(8080, false),
                    new HttpPort(8081, true),
                    List.of(),
                    KEYS,
                    List.of(),
                    "in the file t",
                    demo)
                .lines())
        .containsExactly(
            "Quaymaster is ready.",
            "  SSH          127.0.0.1:2022",
            "  Host key     SHA256:abc ssh-ed25519",
            "  Admin API    http://127.0.0.1:8080/api/v1",
            "  OpenAPI      http://127.0.0.1:8080/openapi.json",
            "  Admin token  in the file t",
            "  Management   https://127.0.0.1:8081/actuator/health/readiness",
            "  Try          sftp -P 2022 demo@acme@127.0.0.1",
            "  or           scp -P 2022 README.md demo@acme@127.0.0.1:",
            "  Password     opensesame");
  }

  @Test
  void namesFurtherListenersAndKeysToCome() {
    List<SshListener.Further> further =
        List.of(new SshListener.Further("old-partners", "::", 2222, "legacy"));
    List<HostKeys.Shown> next = List.of(new HostKeys.Shown("ssh-ed25519", "SHA256:def"));

    assertThat(
            new ReadyMessage("127.0.0.1", 1, ADMIN, MANAGEMENT, further, KEYS, next, "t", null)
                .lines())
        .startsWith(
            "Quaymaster is ready.",
            "  SSH          127.0.0.1:1",
            "  Listener     [::]:2222 old-partners (legacy)",
            "  Host key     SHA256:abc ssh-ed25519",
            "  Next key     SHA256:def ssh-ed25519");
  }

  @Test
  void namesAnAddressThatCanBeReached() {
    assertThat(
            new ReadyMessage("0.0.0.0", 1, ADMIN, MANAGEMENT, List.of(), KEYS, List.of(), "t", null)
                .lines())
        .contains("  SSH          0.0.0.0:1", "  Admin API    http://127.0.0.1:2/api/v1");
    assertThat(
            new ReadyMessage("::1", 1, ADMIN, MANAGEMENT, List.of(), KEYS, List.of(), "t", null)
                .lines())
        .contains("  SSH          [::1]:1", "  Admin API    http://[::1]:2/api/v1");
  }
}
