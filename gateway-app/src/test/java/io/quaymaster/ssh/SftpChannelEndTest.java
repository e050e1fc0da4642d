package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HexFormat;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What cannot be understood as SFTP at all ends its channel as sftp-server ends itself, with status
 * 11 and a sentence; the connection, and everybody else, goes on.
 */
@Timeout(120)
class SftpChannelEndTest {
  private static final int BAD_MESSAGE_EXIT = 11;
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private static TestGateway gateway;
  private static TestAccount bystander;
  private static int accounts;
  private final LogWatch log = new LogWatch();
  private TestAccount alice;

  @BeforeAll
  static void start() {
    gateway = TestGateway.start(GatewayOptions.DEFAULTS.patience(PATIENCE));
    bystander = gateway.account("bystander@acme").create();
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @BeforeEach
  void account() {
    alice = gateway.account("alice%d@acme".formatted(accounts++)).create();
  }

  @AfterEach
  void othersAreServed() {
    OpenSsh client = bystander.openSsh();
    client.write("greeting", 100);
    client.sftp("put greeting", "get greeting").succeeds();
    gateway.comesToRest();
    log.sawNoError();
    log.close();
  }

  /** A channel with what is needed to see it end. */
  private record Watched(ChannelSubsystem channel, SftpWire wire, ByteArrayOutputStream errors) {
    static Watched on(ClientSession session) {
      ByteArrayOutputStream errors = new ByteArrayOutputStream();
      ChannelSubsystem channel = SftpWire.channel(session, errors);
      return new Watched(channel, SftpWire.silent(channel, () -> channel.close(false)), errors);
    }

    /** Waits for the exit status; whatever was answered before is not read. */
    int exit() {
      return exit(RawClient.PATIENCE);
    }

    int exit(Duration patience) {
      channel.waitFor(EnumSet.of(ClientChannelEvent.EXIT_STATUS), patience);
      Integer status = channel.getExitStatus();
      assertThat(status).as("exit status").isNotNull();
      return status;
    }

    String complaint() {
      await().until(() -> errors.size() > 0);
      return errors.toString(StandardCharsets.UTF_8);
    }
  }

  private void stillServes(ClientSession session) {
    try (SftpWire next = SftpWire.another(session)) {
      assertThat(next.call(SftpMessage.about(SftpMessage.REALPATH, ".")).path()).isEqualTo("/");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "00000000, an SFTP message of 0 bytes; 1 to 262144 are allowed",
    "00040001, an SFTP message of 262145 bytes",
    "7fffffff, an SFTP message of 2147483647 bytes",
    "80000000, an SFTP message of 2147483648 bytes",
    "ffffffff, an SFTP message of 4294967295 bytes",
    "0000000103, an SFTP message without an id",
    "0000000403000000, an SFTP message without an id",
    "00000001c8, an SFTP message without an id",
    "0000000101, an SFTP INIT without a version",
    "0000000401000000, an SFTP INIT without a version",
    "474554202f20485454502f312e310d0a, an SFTP message of 1195725856 bytes",
    "000000ff06000000, the client is gone",
    "0000, ''"
  })
  void aMessageThatCannotBeFramedEndsTheChannel(String hex, String sentence) {
    ClientSession session = alice.connect();
    Watched watched = Watched.on(session);
    watched.wire().init();
    watched.wire().raw(HexFormat.of().parseHex(hex));
    if (sentence.isEmpty() || sentence.startsWith("the client")) {
      watched.wire().endOfInput();
    }
    if (sentence.isEmpty()) {
      // Not one whole number: nothing was asked.
      assertThat(watched.exit()).isZero();
    } else {
      assertThat(watched.exit()).isEqualTo(BAD_MESSAGE_EXIT);
      assertThat(watched.complaint()).startsWith(sentence);
    }
    stillServes(session);
    session.close(true);
  }

  @Test
  void nothingIsServedBeforeInit() {
    ClientSession session = alice.connect();
    Watched watched = Watched.on(session);
    watched
        .wire()
        .send(
            SftpMessage.about(SftpMessage.MKDIR, "early").attributes(SftpMessage.Attributes.NONE));
    assertThat(watched.exit()).isEqualTo(BAD_MESSAGE_EXIT);
    assertThat(watched.complaint()).startsWith("an SFTP request before INIT");
    assertThat(alice.file("early")).doesNotExist();
    stillServes(session);
    session.close(true);
  }

  @Test
  void aClientThatLeavesInTheMiddleOfAWriteLeavesNothingOpen() {
    for (boolean politely : new boolean[] {true, false}) {
      ClientSession session = alice.connect();
      Watched watched = Watched.on(session);
      watched.wire().init();
      String name = "cut " + politely;
      String handle = watched.wire().open(name, SftpWire.WRITE | SftpWire.CREATE);
      byte[] whole = SftpMessage.write(handle, 0, new byte[200_000]).framed(1);
      watched.wire().raw(Arrays.copyOf(whole, 150_000));
      await().untilAsserted(() -> assertThat(alice.file(name)).isNotEmptyFile());
      if (politely) {
        watched.wire().endOfInput();
        assertThat(watched.exit()).isEqualTo(BAD_MESSAGE_EXIT);
        assertThat(watched.complaint()).startsWith("the client went away in the middle of a WRITE");
        stillServes(session);
      }
      session.close(true);
      gateway.comesToRest();
      assertThat(alice.file(name).toFile().length()).isLessThanOrEqualTo(150_000);
    }
  }

  /** The bystander is served while the deaf one's answers stand in the way of nobody else's. */
  @Test
  void whoAsksAndNeverReadsLosesTheChannel() {
    ClientSession session = alice.connect();
    Watched watched = Watched.on(session);
    watched.wire().init();
    alice.write("big", new byte[1 << 20]);
    String handle = watched.wire().open("big", SftpWire.READ);
    Thread asking =
        Thread.ofVirtual()
            .start(
                () -> {
                  for (int i = 0; i < 200; i++) {
                    watched.wire().send(SftpMessage.read(handle, 0, 255_000));
                  }
                });
    for (int i = 0; i < 3; i++) {
      bystander.openSsh().sftp("ls").succeeds();
    }
    assertThat(watched.exit(Duration.ofSeconds(15))).isEqualTo(BAD_MESSAGE_EXIT);
    assertThat(log.lines())
        .anyMatch(
            line -> line.equals("sftp " + alice.login() + ": the client has read nothing for 1 s"));
    stillServes(session);
    session.close(true);
    asking.interrupt();
  }
}
