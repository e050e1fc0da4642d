package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a person reads when the packaged gateway cannot start: one paragraph, and status 1. All
 * cases are in {@code StartupFailuresTest}.
 */
class StartupFailuresIT {
  @TempDir Path folder;

  @Test
  void aPortInUse() throws IOException {
    try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(other.getLocalPort());

      refuses(
          GatewayProcess.in(folder).with("QUAYMASTER_ADMIN_PORT", port),
          "admin port " + port + " on 127.0.0.1 cannot be used",
          "QUAYMASTER_ADMIN_PORT");
    }
  }

  @Test
  void aMisspeltVariable() {
    refuses(
        GatewayProcess.in(folder).with("QUAYMASTER_SHS_PORT", "2022"),
        "QUAYMASTER_SHS_PORT (did you mean QUAYMASTER_SSH_PORT?)");
  }

  @Test
  void anUnknownArgument() {
    refuses(
        GatewayProcess.in(folder).asPackaged().withArgument("--prot=1"),
        "Unknown argument: --prot",
        "Usage: java -jar");
  }

  @Test
  void oneLineOfJsonWhereTheLogIsJson() {
    GatewayProcess.Setup json =
        GatewayProcess.in(folder).with("LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs");
    for (GatewayProcess.Setup setup :
        List.of(
            json.with("QUAYMASTER_SHS_PORT", "2022"),
            json.withArgument("--prot=1"),
            json.with("SPRING_DATASOURCE_URL", "jdbc:postgresql://127.0.0.1:1/q"))) {
      GatewayProcess.Ended ended = setup.run();

      assertThat(ended.status()).isEqualTo(1);
      assertThat(ended.output().lines()).as(ended.output()).hasSize(1);
      JsonNode line = JsonMapper.builder().build().readTree(ended.output());
      assertThat(line.get("message").stringValue()).startsWith("Quaymaster cannot start. ");
      assertThat(line.get("log").get("level").stringValue()).isEqualTo("ERROR");
    }
  }

  private static void refuses(GatewayProcess.Setup setup, String... says) {
    GatewayProcess.Ended ended = setup.run();

    assertThat(ended.output())
        .startsWith("Quaymaster cannot start. ")
        .contains(says)
        .doesNotContain("\tat ", "Exception");
    assertThat(ended.status()).isEqualTo(1);
  }
}
