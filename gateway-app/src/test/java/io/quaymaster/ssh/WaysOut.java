package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.Seeds;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Alice's home, secrets of others around it, and every path by which she may try to get there. */
abstract class WaysOut {
  static final String SECRET = "the canary sings";

  TestGateway gateway;
  TestAccount alice;

  @BeforeEach
  final void makeHome() {
    gateway = startGateway();
    alice = gateway.account("alice@acme").create();
  }

  @AfterEach
  final void close() {
    gateway.close();
  }

  abstract TestGateway startGateway();

  /** Paths that would lead out if they were taken as they are written. */
  abstract List<String> waysOut();

  /** What else is tried by such a path, where the store can do it. */
  abstract void tryMore(SftpWire wire, String way);

  /** What is read through a path, if anything is. */
  static String read(SftpWire wire, String path) {
    SftpReply opened = wire.call(SftpMessage.open(path, SftpWire.READ));
    if (opened.isStatus()) {
      return "";
    }
    SftpReply data = wire.call(SftpMessage.read(opened.handle(), 0, 100));
    wire.call(SftpMessage.about(SftpMessage.CLOSE, opened.handle()));
    return data.isStatus() ? "" : new String(data.data(), StandardCharsets.UTF_8);
  }

  private static void empty(SftpWire wire, String path) {
    SftpReply opened = wire.call(SftpMessage.open(path, SftpWire.WRITE | SftpWire.TRUNCATE));
    if (!opened.isStatus()) {
      wire.call(SftpMessage.about(SftpMessage.CLOSE, opened.handle()));
    }
  }

  @Test
  final void noPathLeadsOut() {
    try (SftpWire wire = alice.wire()) {
      for (String way : waysOut()) {
        assertThat(read(wire, way)).as(way).doesNotContain(SECRET);
        empty(wire, way);
        wire.call(SftpMessage.about(SftpMessage.REMOVE, way));
        wire.call(SftpMessage.about(SftpMessage.RENAME, way).string("stolen"));
        tryMore(wire, way);
      }
      assertThat(read(wire, "stolen") + read(wire, "linked")).isEmpty();
    }
  }

  static void noRandomPathLeadsOut(SftpWire wire, int tries) {
    Seeds.forAll(
        tries,
        random -> {
          String path = Seeds.path(random) + (random.nextBoolean() ? "/secret" : "/bob/secret");
          assertThat(read(wire, path)).as(path).doesNotContain(SECRET);
        });
  }
}
