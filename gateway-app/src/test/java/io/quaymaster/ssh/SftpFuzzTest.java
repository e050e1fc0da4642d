package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.Seeds;
import io.quaymaster.ssh.SftpMessage.Attributes;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.sshd.client.channel.ChannelSubsystem;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Sensible SFTP with mistakes in it: bits turned, pieces cut out or put in, lengths changed.
 * Whatever comes of it, the channel ends, its answers are whole, nothing outside the home is
 * touched, and the books still agree with the disk.
 */
class SftpFuzzTest {
  private static final int SESSIONS = 300;
  private static final long LIMIT_BYTES = 10 << 20;
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Set<Integer> ANSWERS = Set.of(2, 101, 102, 103, 104, 105, 201);

  /** What ends a channel that could be understood, and one that could not. */
  private static final Set<Integer> EXITS = Set.of(0, 11);

  @Test
  @Timeout(120)
  void mistakesHurtNobody() throws IOException {
    try (LogWatch log = new LogWatch();
        TestGateway gateway = TestGateway.start()) {
      TestAccount fuzzer =
          gateway.account("fuzzer@acme").limitBytes(LIMIT_BYTES).limitFiles(1_000).create();
      TestAccount neighbour = gateway.account("neighbour@acme").create();
      neighbour.write("secret", "secret");
      Files.writeString(gateway.stores().resolve("outside"), "outside");
      OpenSsh client = fuzzer.openSsh();
      client.write("there", 5_000);
      client.sftp("put there").succeeds();
      List<String> before = outside(gateway, fuzzer);

      ClientSession session = fuzzer.connect();
      Map<Integer, Integer> exits = new HashMap<>();
      Seeds.forAll(
          SESSIONS, random -> exits.merge(play(session, mistaken(random)), 1, Integer::sum));
      try (SftpWire wire = SftpWire.another(session)) {
        assertThat(wire.call(SftpMessage.about(SftpMessage.REALPATH, ".")).path()).isEqualTo("/");
      }
      session.close(true);

      assertThat(exits.keySet()).isEqualTo(EXITS);
      neighbour.openSsh().sftp("get secret").succeeds();
      gateway.comesToRest();
      assertThat(outside(gateway, fuzzer)).isEqualTo(before);
      assertThat(neighbour.read("secret")).isEqualTo("secret");
      assertThat(fuzzer.usedBytes())
          .isEqualTo(fuzzer.storedBytes())
          .isLessThanOrEqualTo(LIMIT_BYTES);
      log.sawNoError();
      log.lines();
    }
  }

  /** Sends it all at once, reads what comes, and tells how the channel ended. */
  private static int play(ClientSession session, byte[] bytes) throws IOException {
    ChannelSubsystem channel = SftpWire.channel(session);
    Thread.ofVirtual()
        .start(
            () -> {
              try (OutputStream out = channel.getInvertedIn()) {
                out.write(bytes);
              } catch (IOException endedBefore) {
                // Told by the exit status.
                assertThat(channel.isOpen()).isFalse();
              }
            });
    answersAreWhole(channel.getInvertedOut());
    channel.waitFor(EnumSet.of(ClientChannelEvent.EXIT_STATUS), PATIENCE);
    Integer exit = channel.getExitStatus();
    assertThat(exit).as("exit status").isIn(EXITS);
    channel.close(false).await(PATIENCE);
    return exit == null ? -1 : exit;
  }

  private static void answersAreWhole(InputStream stream) throws IOException {
    DataInputStream in = new DataInputStream(stream);
    for (int length = length(in); length >= 0; length = length(in)) {
      assertThat(length).as("length of an answer").isBetween(5, 262_144);
      assertThat(in.readNBytes(length))
          .hasSize(length)
          .satisfies(answer -> assertThat(ANSWERS).contains(answer[0] & 0xff));
    }
  }

  /** Of the next answer; -1 at the end. */
  private static int length(DataInputStream in) throws IOException {
    try {
      return in.readInt();
    } catch (EOFException end) {
      return -1;
    }
  }

  private static byte[] mistaken(Random random) {
    byte[] bytes = sensible(random);
    // One in ten is left as it is.
    int mistakes = random.nextInt(10) == 0 ? 0 : 1 + random.nextInt(6);
    for (int i = 0; i < mistakes && bytes.length > 20; i++) {
      bytes = mistake(random, bytes);
    }
    return bytes;
  }

  private static byte[] mistake(Random random, byte[] bytes) {
    int at = random.nextInt(bytes.length - 8);
    int size = 1 + random.nextInt(random.nextBoolean() ? 8 : 300);
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    switch (random.nextInt(6)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> buffer.putInt(at, buffer.getInt(at) + random.nextInt(9) - 4);
      case 3 ->
          buffer.putInt(
              at, Seeds.pick(random, List.of(-1, 0, 1, Integer.MIN_VALUE, 262_144, 65_536)));
      case 4 -> {
        return joined(bytes, at, new byte[0], Math.min(bytes.length, at + size));
      }
      default -> {
        byte[] more = new byte[size];
        random.nextBytes(more);
        return joined(bytes, at, more, at);
      }
    }
    return bytes;
  }

  private static byte[] joined(byte[] bytes, int until, byte[] between, int from) {
    ByteArrayOutputStream joined = new ByteArrayOutputStream();
    joined.write(bytes, 0, until);
    joined.writeBytes(between);
    joined.write(bytes, from, bytes.length - from);
    return joined.toByteArray();
  }

  /** A session that would do its work: handles are foreseen, since the first is always the same. */
  private static byte[] sensible(Random random) {
    ByteArrayOutputStream session = new ByteArrayOutputStream();
    session.writeBytes(ByteBuffer.allocate(9).putInt(5).put((byte) 1).putInt(3).array());
    List<SftpMessage> requests = new ArrayList<>();
    String name = "n" + random.nextInt(20);
    String handle = "\0\0\0\0\0\0\0\1";
    String second = "\0\0\0\1\0\0\0\1";
    int flags = SftpWire.READ | SftpWire.WRITE | SftpWire.CREATE | random.nextInt(64);
    requests.add(
        SftpMessage.about(SftpMessage.MKDIR, "d" + random.nextInt(5)).attributes(Attributes.NONE));
    requests.add(SftpMessage.open(name, flags));
    requests.add(SftpMessage.open("there", SftpWire.READ));
    for (int i = random.nextInt(8); i > 0; i--) {
      requests.add(SftpMessage.write(handle, random.nextInt(9_000), new byte[random.nextInt(900)]));
    }
    requests.add(SftpMessage.read(handle, random.nextInt(9_000), 1_000));
    requests.add(SftpMessage.about(SftpMessage.FSTAT, handle));
    requests.add(
        SftpMessage.about(SftpMessage.FSETSTAT, handle)
            .attributes(
                new Attributes(
                    (long) random.nextInt(5_000), null, 0640, new Attributes.Times(1, 2))));
    requests.add(
        SftpMessage.extended("copy-data").string(second).u64(0).u64(0).string(handle).u64(100));
    requests.add(SftpMessage.extended("fsync@openssh.com").string(handle));
    requests.add(SftpMessage.extended("fstatvfs@openssh.com").string(handle));
    requests.add(SftpMessage.about(SftpMessage.CLOSE, handle));
    requests.add(SftpMessage.about(SftpMessage.OPENDIR, "/"));
    requests.add(SftpMessage.about(SftpMessage.READDIR, "\0\0\0\0\0\0\0\2"));
    requests.add(SftpMessage.about(SftpMessage.SYMLINK, "../../outside").string("l" + name));
    requests.add(SftpMessage.about(SftpMessage.READLINK, "l" + name));
    requests.add(SftpMessage.open("l" + name, SftpWire.WRITE | SftpWire.TRUNCATE));
    requests.add(SftpMessage.extended("hardlink@openssh.com").string(name).string("h" + name));
    requests.add(
        SftpMessage.extended("posix-rename@openssh.com").string(name).string("../r" + name));
    requests.add(SftpMessage.about(SftpMessage.RENAME, "h" + name).string(Seeds.path(random)));
    requests.add(SftpMessage.about(SftpMessage.STAT, Seeds.path(random)));
    requests.add(SftpMessage.about(SftpMessage.REMOVE, "r" + name));
    requests.add(SftpMessage.extended("limits@openssh.com"));
    for (int id = 0; id < requests.size(); id++) {
      session.writeBytes(requests.get(id).framed(id));
    }
    return session.toByteArray();
  }

  /** Everything in the stores that is not the fuzzer's, with its size. */
  private static List<String> outside(TestGateway gateway, TestAccount fuzzer) throws IOException {
    try (Stream<Path> all = Files.walk(gateway.stores())) {
      return all.filter(path -> !path.startsWith(fuzzer.file("").normalize()))
          .map(path -> path + " " + (Files.isRegularFile(path) ? path.toFile().length() : "d"))
          .sorted()
          .toList();
    }
  }
}
