package io.quaymaster.ssh.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.core.CoreModuleProperties;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** MINA's server over this transport, with MINA's client and OpenSSH's. */
@Timeout(120)
class SshOverVirtualThreadsTest {
  private static final int MIB = 1024 * 1024;

  private TestServer server;

  @BeforeEach
  void prepare() throws IOException {
    server = new TestServer(TransportSettings.DEFAULTS);
  }

  @AfterEach
  void nothingIsLeft() throws IOException {
    server.close();
    await().until(() -> server.transport().threads().live() == 0);
    assertThat(server.transport().readBuffers().inUse()).isZero();
    assertThat(server.transport().writeBuffers().inUse()).isZero();
  }

  @Test
  void echoesSixtyFourMebibytes() throws Exception {
    server.start();
    try (ClientSession session = server.login("echo")) {
      assertThat(echo(session, 64 * MIB)).isTrue();
    }
  }

  @Test
  void rekeysUnderLoad() throws Exception {
    CoreModuleProperties.REKEY_BYTES_LIMIT.set(server.ssh, (long) MIB);
    server.start();
    try (ClientSession session = server.login("rekey");
        ExecutorService both = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Boolean> echoed = both.submit(() -> echo(session, 8 * MIB));
      Future<Long> sourced = both.submit(() -> source(session, 16L * MIB));
      assertThat(echoed.get()).isTrue();
      assertThat(sourced.get()).isEqualTo(16L * MIB);
    }
  }

  @Test
  void servesTwoHundredSessionsAtOnce() throws Exception {
    server.start();
    int sessions = 200;
    CountDownLatch allOpen = new CountDownLatch(sessions);
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Boolean>> results = new ArrayList<>();
      for (int i = 0; i < sessions; i++) {
        results.add(
            clients.submit(
                () -> {
                  try (ClientSession session = server.login("many")) {
                    allOpen.countDown();
                    allOpen.await(60, TimeUnit.SECONDS);
                    return echo(session, 64 * 1024);
                  }
                }));
      }
      for (Future<Boolean> result : results) {
        assertThat(result.get()).isTrue();
      }
    }
  }

  @Test
  void aBlockedAuthenticatorHoldsUpNobodyElse() throws Exception {
    CountDownLatch asked = new CountDownLatch(16);
    CountDownLatch answer = new CountDownLatch(1);
    server
        .accept(
            (user, password, session) -> {
              asked.countDown();
              return !user.equals("slow") || awaitQuietly(answer);
            })
        .start();
    try (ExecutorService slow = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<ClientSession>> waiting = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        waiting.add(slow.submit(() -> server.login("slow")));
      }
      asked.await();
      try (ClientSession session = server.login("quick")) {
        assertThat(echo(session, 4 * MIB)).isTrue();
      } finally {
        answer.countDown();
      }
      for (Future<ClientSession> login : waiting) {
        login.get().close();
      }
    }
  }

  @Test
  void aSlowReaderIsBoundedAndAffectsNobodyElse() throws Exception {
    CoreModuleProperties.WINDOW_SIZE.set(server.client, 64L * MIB);
    server.start();
    try (ClientSession slow = server.login("slow");
        ChannelExec channel = slow.createExecChannel("source " + 48L * MIB)) {
      TransportSession session = server.onlySession();
      channel.open().verify(TestServer.PATIENCE);
      slow.getIoSession().suspendRead();
      await().during(Duration.ofMillis(200)).until(() -> session.pendingBytes() > 0);
      try (ClientSession quick = server.login("quick")) {
        assertThat(echo(quick, 4 * MIB)).isTrue();
      }
      assertThat(session.pendingBytes()).isBetween(1L, ByteCommand.PENDING_BYTES + 64 * 1024);
      slow.getIoSession().resumeRead();
      assertThat(checksum(channel.getInvertedOut(), new CRC32C())).isEqualTo(48L * MIB);
    }
  }

  @Test
  void stoppingInMidTransferEndsEverything() throws Exception {
    server.start();
    try (ClientSession session = server.login("stopped");
        ChannelExec channel = session.createExecChannel("source " + Long.MAX_VALUE / 2)) {
      channel.open().verify(TestServer.PATIENCE);
      InputStream in = channel.getInvertedOut();
      assertThat(in.readNBytes(MIB)).hasSize(MIB);
      server.ssh.stop(true);
      await().until(() -> server.transport().threads().live() == 0);
      Future<?> drained;
      try (ExecutorService reader = Executors.newVirtualThreadPerTaskExecutor()) {
        drained = reader.submit(() -> in.transferTo(OutputStream.nullOutputStream()));
      }
      assertThat(drained.isDone()).isTrue();
      await().until(session::isClosed);
    }
  }

  @Test
  void manyLoginsLeakNoDescriptor() throws Exception {
    server.start();
    server.login("warm").close();
    await().until(() -> server.ssh.getActiveSessions().isEmpty());
    long before = TransportTest.openDescriptors();
    for (int i = 0; i < 20; i++) {
      server.login("again").close(i % 2 == 0).await(TestServer.PATIENCE);
    }
    await().until(() -> server.ssh.getActiveSessions().isEmpty());
    await().until(() -> TransportTest.openDescriptors() <= before);
  }

  @Test
  void talksToOpenSsh(@TempDir Path folder) throws Exception {
    Path ssh = Path.of("/usr/bin/ssh");
    Assumptions.assumeTrue(Files.isExecutable(ssh), "OpenSSH's client is not installed");
    server.ssh.setPublickeyAuthenticator((user, key, session) -> true);
    server.start();
    Path key = OpenSshKey.write(folder.resolve("key"));
    Path sent = folder.resolve("sent");
    byte[] bytes = new byte[32 * MIB];
    new Random(3).nextBytes(bytes);
    Files.write(sent, bytes);
    Path back = folder.resolve("back");
    Process process =
        new ProcessBuilder(
                ssh.toString(),
                "-F",
                "none",
                "-i",
                key.toString(),
                "-o",
                "StrictHostKeyChecking=no",
                "-o",
                "UserKnownHostsFile=" + folder.resolve("known"),
                "-o",
                "RekeyLimit=8M",
                "-p",
                Integer.toString(server.port()),
                "open@127.0.0.1",
                "echo")
            .redirectInput(sent.toFile())
            .redirectOutput(back.toFile())
            .redirectError(folder.resolve("errors").toFile())
            .start();
    assertThat(process.waitFor()).as(Files.readString(folder.resolve("errors"))).isZero();
    assertThat(Files.mismatch(sent, back)).isEqualTo(-1);
  }

  private static boolean awaitQuietly(CountDownLatch latch) {
    try {
      return latch.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      return false;
    }
  }

  /** Sends random bytes and reads them back at the same time; whether checksums are equal. */
  private static boolean echo(ClientSession session, int bytes) throws Exception {
    CRC32C sent = new CRC32C();
    CRC32C got = new CRC32C();
    try (ChannelExec channel = session.createExecChannel("echo");
        ExecutorService writer = Executors.newVirtualThreadPerTaskExecutor()) {
      channel.open().verify(TestServer.PATIENCE);
      Future<?> written = writer.submit(() -> sendRandom(channel, bytes, sent));
      long read = checksum(channel.getInvertedOut(), got);
      written.get();
      return read == bytes && got.getValue() == sent.getValue();
    }
  }

  private static Void sendRandom(ChannelExec channel, int bytes, CRC32C sum) throws IOException {
    Random random = new Random(bytes);
    byte[] piece = new byte[Math.min(bytes, 64 * 1024)];
    try (OutputStream out = channel.getInvertedIn()) {
      for (int done = 0; done < bytes; done += piece.length) {
        random.nextBytes(piece);
        sum.update(piece);
        out.write(piece);
      }
    }
    return null;
  }

  private static long checksum(InputStream in, CRC32C sum) throws IOException {
    byte[] piece = new byte[64 * 1024];
    long total = 0;
    for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
      sum.update(piece, 0, n);
      total += n;
    }
    return total;
  }

  /** Bytes that came, each checked against the pattern. */
  private static long source(ClientSession session, long bytes) throws Exception {
    long position = 0;
    try (ChannelExec channel = session.createExecChannel("source " + bytes)) {
      channel.open().verify(TestServer.PATIENCE);
      byte[] piece = new byte[64 * 1024];
      InputStream in = channel.getInvertedOut();
      for (int n = in.read(piece); n >= 0; n = in.read(piece)) {
        for (int i = 0; i < n; i++) {
          if (piece[i] != ByteCommand.pattern(position++)) {
            throw new AssertionError("Wrong byte at " + (position - 1));
          }
        }
      }
    }
    return position;
  }
}
