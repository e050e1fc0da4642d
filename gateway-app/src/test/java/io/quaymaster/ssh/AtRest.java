package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;

/**
 * Shows that a gateway holds nothing of its clients any more: no session, no channel, no open file
 * below its stores, nothing reserved.
 */
final class AtRest {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private final TestGateway gateway;

  AtRest(TestGateway gateway) {
    this.gateway = gateway;
  }

  void await() {
    Awaitility.await()
        .atMost(PATIENCE)
        .untilAsserted(
            () -> {
              assertThat(gateway.sessions().size()).as("sessions").isZero();
              assertThat(gateway.strangers()).as("strangers").isZero();
              assertThat(gateway.channels()).as("channels").isZero();
              assertThat(openFiles()).as("descriptors").isEmpty();
            });
    assertThat(gateway.reserved()).as("reserved").isZero();
  }

  /** Files and directories below a store's root; the roots themselves stay open. */
  List<String> openFiles() throws IOException {
    String below = gateway.stores() + "/";
    try (Stream<Path> links = Files.list(DESCRIPTORS)) {
      return links
          .map(AtRest::target)
          .filter(t -> t.startsWith(below) && t.substring(below.length()).split("/").length > 2)
          .toList();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closedMeanwhile) {
      return "";
    }
  }
}
