package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.ByteText;
import io.quaymaster.ssh.SftpMessage.Attributes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ways out of a home that lies in a bucket, where all tenants' keys stand side by side and nothing
 * but text divides them: what is not Alice's is neither read nor changed.
 */
class BucketConfinementTest extends WaysOut {
  /** Below a prefix that begins like Alice's home, and like her store; and below none. */
  private static final List<String> CANARIES =
      List.of(
          "acme/main/home/bob/secret",
          "acme/main/home/alice2/secret",
          "acme/main/home/alicesecret",
          "acme/main/secret",
          "acme/main2/secret",
          "acme/mainsecret",
          "globex/main/home/alice/secret",
          "secret");

  private BucketBackDoor bucket;
  private Map<String, Long> outside;

  @Override
  TestGateway startGateway() {
    return TestGateway.start(GatewayOptions.DEFAULTS.stores(BackDoor.Kind.BUCKET));
  }

  @BeforeEach
  void hideSecrets() {
    bucket = (BucketBackDoor) gateway.backDoor();
    gateway.account("bob@acme").create();
    gateway.account("alice@globex").create();
    CANARIES.forEach(place -> bucket.write(place, SECRET.getBytes(StandardCharsets.UTF_8)));
    alice.write("in/here", "mine");
    outside = outside();
  }

  @AfterEach
  void nothingOutsideWasChanged() {
    assertThat(outside()).isEqualTo(outside);
    for (String place : CANARIES) {
      assertThat(bucket.read(place)).as(place).asString().isEqualTo(SECRET);
    }
  }

  private Map<String, Long> outside() {
    Map<String, Long> keys = new TreeMap<>(bucket.keys(""));
    keys.keySet().removeIf(key -> key.startsWith(alice.place("") + "/"));
    return keys;
  }

  @Override
  List<String> waysOut() {
    String slash = ByteText.ofUnicode("\uF72F");
    String dot = ByteText.ofUnicode("\uF72E");
    List<String> ways =
        new ArrayList<>(
            List.of(
                "../bob/secret",
                "/../alice2/secret",
                "../alicesecret",
                "in/../../bob/secret",
                "//..//..//bob//secret",
                "..\\bob\\secret",
                "%2e%2e/bob/secret",
                "..%2fbob%2fsecret",
                ".." + slash + "bob" + slash + "secret",
                dot + dot + "/bob/secret",
                dot + dot + slash + "bob" + slash + "secret",
                "../bob/secret\0",
                "acme/main/home/bob/secret",
                "/globex/main/home/alice/secret",
                "s3://acme/main/home/bob/secret",
                "in/here/../../../bob/secret",
                "?versionId=x&prefix=../bob/secret"));
    for (int depth = 2; depth < 6; depth += 3) {
      for (String place : CANARIES) {
        ways.add("../".repeat(depth) + place);
      }
    }
    return ways;
  }

  @Override
  void tryMore(SftpWire wire, String way) {
    wire.call(SftpMessage.about(SftpMessage.SETSTAT, way).attributes(Attributes.mode(0600)));
  }

  @Test
  void noRandomPathLeadsOut() {
    try (SftpWire wire = alice.wire()) {
      noRandomPathLeadsOut(wire, 60);
    }
  }

  /** To rename a directory or to empty one goes through all keys that begin so. */
  @Test
  void wholeDirectoriesStayInside() {
    alice.openSsh().sftp("rename in out", "rm out/*", "rmdir out").succeeds();
    OpenSsh client = alice.openSsh();
    client.sftp("rename . elsewhere").fails("Failure");
    client.sftp("rename .. elsewhere").fails("Failure");
    client.sftp("rename ../bob mine").fails("No such file");
    client.sftp("rmdir ../bob").fails("No such file");
    client.sftp("ls /..").succeeds();
  }

  /** Other tools can make keys that no name has; a path that spells one is another's key. */
  @Test
  void keysThatNoNameHasAreNotThere() {
    String home = alice.place("") + "/";
    for (String odd : List.of("\uF72F", "x\uF72Fy", "\uF700", "\uF761", "\uF72E\uF72E/x")) {
      bucket.write(home + odd, SECRET.getBytes(StandardCharsets.UTF_8));
    }
    try (SftpWire wire = alice.wire()) {
      Set<String> names =
          wire.list("/").stream().map(SftpReply.Name::name).collect(Collectors.toSet());
      assertThat(names).containsExactlyInAnyOrder(".", "..", "in");
      for (String path : List.of("/", "x/y", "a", "../x", ByteText.ofUnicode("\uF72E\uF72E/x"))) {
        assertThat(read(wire, path)).as(path).isEmpty();
      }
      String strange = ByteText.ofUnicode("x\uF72Fy");
      assertThat(read(wire, strange)).isEmpty();
      String handle = wire.open(strange, SftpWire.WRITE | SftpWire.CREATE);
      assertThat(wire.status(SftpMessage.about(SftpMessage.CLOSE, handle))).isZero();
    }
    assertThat(bucket.keys(home)).containsKey(home + "x\uF7EF\uF79C\uF7AFy");
    assertThat(bucket.read(home + "x\uF72Fy")).asString().isEqualTo(SECRET);
  }

  @Test
  void namesOfUploadsUnderWayAreReserved() {
    TestAccount bob = gateway.account("ben@acme").home("main", "home/alice").create();
    try (SftpWire mine = alice.wire();
        SftpWire his = bob.wire()) {
      String handle = mine.open("in/new", SftpWire.WRITE | SftpWire.CREATE);
      mine.call(SftpMessage.write(handle, 0, SECRET.getBytes(StandardCharsets.UTF_8)));
      assertThat(mine.call(SftpMessage.about(SftpMessage.STAT, "in/new")).stat().size())
          .isEqualTo(SECRET.length());
      assertThat(his.status(SftpMessage.about(SftpMessage.STAT, "in/new")))
          .isEqualTo(SftpReply.NO_SUCH_FILE);
      assertThat(his.list("in").stream().map(SftpReply.Name::name))
          .containsExactlyInAnyOrder(".", "..", "here");
      long id =
          gateway
              .jdbc()
              .sql("select id from account where username = 'alice' order by id limit 1")
              .query((row, n) -> row.getLong(1))
              .single();
      String reserved = "in/.quaymaster-partial." + Long.toString(id, 36) + ".=new";
      for (SftpWire wire : List.of(mine, his)) {
        assertThat(wire.call(SftpMessage.open(reserved, SftpWire.READ)).message())
            .startsWith("NOT_FOUND");
        assertThat(wire.call(SftpMessage.about(SftpMessage.REMOVE, reserved)).message())
            .startsWith("NOT_FOUND");
      }
      assertThat(mine.status(SftpMessage.about(SftpMessage.CLOSE, handle))).isZero();
    }
    assertThat(alice.read("in/new")).isEqualTo(SECRET);
  }

  @Test
  void aPathLongerThanAKeySaysSo() {
    String deep = "d".repeat(200) + "/";
    try (SftpWire wire = alice.wire()) {
      SftpReply refused =
          wire.call(SftpMessage.open(deep.repeat(5) + "f", SftpWire.WRITE | SftpWire.CREATE));
      assertThat(refused.message())
          .startsWith("NAME_TOO_LONG: a path may have 1024 bytes in a bucket");
    }
  }
}
