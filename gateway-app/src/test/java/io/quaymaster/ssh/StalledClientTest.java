package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.lang.management.BufferPoolMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Clients that send and do not read, or that come and say nothing. */
@Timeout(180)
class StalledClientTest {
  private static final int MIB = 1 << 20;

  /** Windows of both sides, and some room for the rest of the test's JVM. */
  private static final long MOST_HELD_BYTES = 64L * MIB;

  @Test
  void aMillionRequestsWithoutReadingAreHeldBackAndThenServed() throws InterruptedException {
    int requests = 1_000_000;
    try (TestGateway gateway = TestGateway.start()) {
      TestAccount alice = gateway.account("stalled@acme").create();
      try (SftpWire wire = alice.wire()) {
        long before = heldBytes();
        AtomicInteger sent = new AtomicInteger();
        Thread sender = Thread.ofVirtual().start(() -> sendTiny(wire, requests, sent));
        AtomicInteger last = new AtomicInteger(-1);
        await()
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(500))
            .until(() -> sent.get() > 0 && last.getAndSet(sent.get()) == sent.get());
        assertThat(sent.get()).as("sent while nothing is read").isLessThan(requests);
        assertThat(heldBytes() - before).as("bytes held").isLessThan(MOST_HELD_BYTES);
        for (int i = 0; i < requests; i++) {
          SftpReply reply = wire.receive();
          if (reply.id() != i || reply.status() != SftpReply.FAILURE) {
            throw new AssertionError("answer " + i + " is " + reply.id() + " " + reply);
          }
        }
        sender.join();
        assertThat(wire.call(SftpMessage.about(SftpMessage.STAT, "/")).stat().isDirectory())
            .isTrue();
      }
      gateway.comesToRest();
    }
  }

  /** FSTATs of a handle that never was: 13 bytes each, many in one packet. */
  private static void sendTiny(SftpWire wire, int requests, AtomicInteger sent) {
    int together = 1_000;
    for (int i = 0; i < requests; i += together) {
      ByteBuffer bytes = ByteBuffer.allocate(together * 13);
      for (int j = 0; j < together; j++) {
        bytes.put(SftpMessage.about(SftpMessage.FSTAT, "").framed(i + j));
      }
      wire.raw(bytes.array());
      sent.addAndGet(together);
    }
  }

  private static long heldBytes() {
    System.gc();
    long direct =
        ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class).stream()
            .mapToLong(BufferPoolMXBean::getMemoryUsed)
            .sum();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() + direct;
  }

  @Test
  void whoNeverReadsLosesTheChannelAndNothingIsKept() {
    GatewayOptions options = GatewayOptions.DEFAULTS.patience(Duration.ofSeconds(1));
    try (TestGateway gateway = TestGateway.start(options)) {
      TestAccount alice = gateway.account("deaf@acme").create();
      alice.write("big", new byte[8 * MIB]);
      var session = alice.connect();
      SftpWire wire = SftpWire.another(session);
      String handle = wire.open("big", SftpWire.READ);
      for (int i = 0; i < 64; i++) {
        wire.send(SftpMessage.read(handle, i * 100_000L, 255_000));
      }
      await()
          .atMost(Duration.ofSeconds(30))
          .untilAsserted(() -> assertThat(new AtRest(gateway).openFiles()).isEmpty());
      SftpWire next = SftpWire.another(session);
      assertThat(next.open("big", SftpWire.READ)).isNotEmpty();
      session.close(true);
      gateway.comesToRest();
    }
  }

  @Test
  void aSlowReaderGetsAll() {
    try (TestGateway gateway = TestGateway.start()) {
      TestAccount alice = gateway.account("slow@acme").bytesPerSecond(8L * MIB).create();
      alice.write("big", new byte[4 * MIB]);
      OpenSsh client = alice.openSsh();
      client.sftpWith(List.of("-l", "16000"), "get big").succeeds();
      assertThat(client.local("big")).hasSize(4 * MIB);
    }
  }
}
