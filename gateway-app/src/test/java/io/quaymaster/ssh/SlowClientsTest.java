package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Hundreds of clients that are in no hurry cost a bounded amount, for a bounded time. */
@Timeout(600)
class SlowClientsTest {
  private static final int MANY = 300;

  /** Of MINA's session, its buffers and ours. */
  private static final long MOST_BYTES_EACH = 64 << 10;

  private static final Duration GRACE = Duration.ofSeconds(30);

  /** A KEXINIT that says it has 1000 bytes, and stops after a few. */
  private static final String HALF_EXCHANGE = "SSH-2.0-Slow\r\n\0\0\3\350\4\24abcdef";

  private static String behaviour(int i) {
    return List.of("", "S", HALF_EXCHANGE).get(i % 3);
  }

  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  @Test
  void theyDisturbNobodyAndAreShownOut() throws Exception {
    List<Socket> slow = new ArrayList<>();
    LogWatch log = new LogWatch();
    try (TestGateway gateway =
        TestGateway.start(
            GatewayOptions.DEFAULTS
                .strangers(Strangers.DEFAULTS.most(MANY + 20))
                .authTimeout(GRACE))) {
      TestAccount alice = gateway.account("alice@acme").create();
      OpenSsh client = alice.openSsh();
      Path local = client.write("big", 16 << 20);
      long usedBefore = used();
      for (int i = 0; i < MANY; i++) {
        Socket socket = Sockets.connect(gateway, "127.0.7." + (1 + i % 20));
        Sockets.send(socket, behaviour(i));
        slow.add(socket);
      }
      await().until(() -> gateway.strangers() == MANY);
      Upload upload = Upload.begin(client, "put big");
      String dribbled = "SH-2.0-Slow";
      for (int n = 0; n < dribbled.length(); n++) {
        for (int i = 1; i < MANY; i += 3) {
          sendIfOpen(slow.get(i), dribbled.substring(n, n + 1));
        }
      }
      long each = Math.max(0, used() - usedBefore) / MANY;
      assertThat(each).as("bytes of heap for each").isLessThan(MOST_BYTES_EACH);
      System.getLogger("test").log(System.Logger.Level.INFO, "{0} bytes of heap each", each);
      upload.succeeds();
      assertThat(OpenSsh.sha256(alice.file("big"))).isEqualTo(OpenSsh.sha256(local));
      dribbleUntilAllAreClosed(gateway, slow);
      gateway.comesToRest();
      assertThat(gateway.gate().bans().subjects()).as("took too long").isNotEmpty();
      log.sawNoError();
    } finally {
      log.close();
      for (Socket socket : slow) {
        socket.close();
      }
    }
  }

  private static void sendIfOpen(Socket socket, String text) {
    try {
      Sockets.send(socket, text);
    } catch (IOException closed) {
      assertThat(closed).isNotNull();
    }
  }

  /** Whoever sends a byte now and then has no more time than who sends none. */
  private static void dribbleUntilAllAreClosed(TestGateway gateway, List<Socket> slow) {
    await()
        .atMost(GRACE.multipliedBy(4))
        .until(
            () -> {
              for (Socket socket : slow) {
                sendIfOpen(socket, "x");
              }
              return gateway.strangers() == 0;
            });
  }
}
