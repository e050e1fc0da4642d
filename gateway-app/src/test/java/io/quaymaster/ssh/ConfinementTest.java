package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.SftpMessage.Attributes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Every way out of a home that was ever found elsewhere, played against ours: Bob's secret stays
 * Bob's, and the file beside the stores is neither read nor changed.
 */
class ConfinementTest extends WaysOut {
  private Path outside;

  @Override
  TestGateway startGateway() {
    return TestGateway.start();
  }

  @BeforeEach
  void hideSecrets() throws IOException {
    gateway.account("bob@acme").create().write("secret", SECRET);
    outside = Files.writeString(gateway.stores().resolve("secret"), SECRET);
    Files.writeString(
        Objects.requireNonNull(gateway.stores().getParent()).resolve("secret"), SECRET);
    Files.createDirectories(alice.file("in"));
  }

  @AfterEach
  void nothingOutsideWasChanged() {
    assertThat(outside).hasContent(SECRET);
    assertThat(gateway.stores().resolve("acme/main/home/bob/secret")).hasContent(SECRET);
    assertThat(gateway.stores().resolve("acme/main/home/bob")).isDirectoryContaining("glob:**");
  }

  @Override
  List<String> waysOut() {
    String stores = gateway.stores().toString();
    List<String> ways =
        new ArrayList<>(
            List.of(
                "../bob/secret",
                "/../bob/secret",
                "/../../../../secret",
                "in/../../bob/secret",
                "./.././bob/secret",
                "//..//..//bob//secret",
                "..\\bob\\secret",
                "%2e%2e/bob/secret",
                "..%2fbob%2fsecret",
                "..\u00c0\u00afbob/secret",
                "in/\0/../../bob/secret",
                "../bob/secret\0.txt",
                "~bob/secret",
                "~/../bob/secret",
                "/proc/self/root" + stores + "/secret",
                "/proc/self/cwd/../bob/secret",
                stores + "/secret",
                stores + "/acme/main/home/bob/secret",
                "file://" + stores + "/secret"));
    for (int depth = 1; depth < 30; depth += 4) {
      ways.add("../".repeat(depth) + "bob/secret");
      ways.add("../".repeat(depth) + stores.substring(1) + "/secret");
    }
    return ways;
  }

  @Override
  void tryMore(SftpWire wire, String way) {
    wire.call(SftpMessage.extended("hardlink@openssh.com").string(way).string("linked"));
    wire.call(SftpMessage.about(SftpMessage.SETSTAT, way).attributes(Attributes.size(0)));
  }

  @Test
  void noRandomPathLeadsOut() {
    alice.write("a/b/x", "mine");
    try (SftpWire wire = alice.wire()) {
      wire.call(SftpMessage.about(SftpMessage.SYMLINK, "/../../..").string("/a/~"));
      wire.call(SftpMessage.about(SftpMessage.SYMLINK, "../../../..").string("/a/b/a.b"));
      noRandomPathLeadsOut(wire, 500);
    }
  }

  /** The sequence by which a lexical chroot is left: a link to the root, two levels down. */
  @Test
  void theLinkToTheRootLeadsNoFurther() {
    OpenSsh client = alice.openSsh();
    client.sftp("mkdir deep", "mkdir deep/er", "symlink / /deep/er/l", "ls deep/er/l/").succeeds();
    client.sftp("get /deep/er/l/../bob/secret").fails("not found");
    client.sftp("ls /deep/er/l/../../bob").fails("not found");
    client.write("mine", 4);
    client.sftp("put mine /deep/er/l/../planted").succeeds();
    assertThat(alice.file("planted")).hasSize(4);
    assertThat(gateway.stores().resolve("acme/main/home/planted")).doesNotExist();
  }

  @Test
  void linksThatLeadOutAreReadInsideTheHome() throws IOException {
    OpenSsh client = alice.openSsh();
    Files.createSymbolicLink(alice.file("absolute"), outside);
    Files.createSymbolicLink(alice.file("relative"), Path.of("../bob/secret"));
    Files.createSymbolicLink(alice.file("folder"), Path.of("../bob"));
    Files.createSymbolicLink(alice.file("magic"), Path.of("/proc/self/root"));
    for (String way :
        List.of(
            "absolute", "relative", "folder/secret", "magic" + outside, "folder/../bob/secret")) {
      client.sftp("get " + way + " stolen").fails();
      assertThat(client.local("stolen")).as(way).doesNotExist();
    }
    client.sftp("symlink /etc/passwd etc", "ls -l etc").succeeds();
    client.sftp("get etc").fails();
  }

  /**
   * Eve's home lies inside Alice's, and Eve turns a directory into a link and back while she reads
   * and writes through it.
   */
  @Test
  void aLinkThatComesAndGoesNeverLeadsOut() throws Exception {
    alice.write("team/secret", SECRET);
    TestAccount eve = gateway.account("eve@acme").home("main", "home/alice/team/eve").create();
    eve.write("d/secret", "mine");
    AtomicBoolean done = new AtomicBoolean();
    Thread flipper = Thread.ofVirtual().start(() -> flip(eve, done));
    try (SftpWire wire = eve.wire()) {
      for (int i = 0; i < 3_000; i++) {
        for (String way : List.of("d/secret", "d/../secret", "d/./../../secret")) {
          assertThat(read(wire, way)).doesNotContain(SECRET);
        }
        SftpReply written =
            wire.call(
                SftpMessage.open("d/secret", SftpWire.WRITE | SftpWire.TRUNCATE | SftpWire.CREATE));
        if (!written.isStatus()) {
          wire.call(SftpMessage.about(SftpMessage.CLOSE, written.handle()));
        }
      }
    } finally {
      done.set(true);
      flipper.join();
    }
    assertThat(alice.file("team/secret")).hasContent(SECRET);
  }

  private static void flip(TestAccount eve, AtomicBoolean done) {
    try (SftpWire wire = eve.wire()) {
      while (!done.get()) {
        wire.call(SftpMessage.extended("posix-rename@openssh.com").string("d").string("e"));
        wire.call(SftpMessage.about(SftpMessage.SYMLINK, "..").string("d"));
        wire.call(SftpMessage.about(SftpMessage.REMOVE, "d"));
        wire.call(SftpMessage.about(SftpMessage.SYMLINK, "/../..").string("d"));
        wire.call(SftpMessage.about(SftpMessage.REMOVE, "d"));
        wire.call(SftpMessage.extended("posix-rename@openssh.com").string("e").string("d"));
      }
    }
  }

  @Test
  void sameNameInAnotherTenantIsAnotherAccount() {
    TestAccount other = gateway.account("alice@globex").create();
    alice.write("mine", "acme's");
    other.write("mine", "globex's");
    OpenSsh here = alice.openSsh();
    here.sftp("get mine", "put mine up").succeeds();
    assertThat(here.local("mine")).hasContent("acme's");
    assertThat(other.file("up")).doesNotExist();
    OpenSsh strange = new OpenSsh(gateway.port(), "alice@globex", gateway.scratch("strange"));
    strange.withKey(alice.key()).sftp("get mine").fails("Permission denied (publickey,password)");
    for (String name :
        List.of(
            "alice",
            "alice@",
            "@acme",
            "alice@acme@globex",
            "alice@globex@acme",
            "ALICE@acme",
            "alice@ACME",
            "alice@acme/../globex")) {
      new OpenSsh(gateway.port(), name, gateway.scratch("names"))
          .withKey(alice.key())
          .sftp("ls")
          .fails("Permission denied (publickey,password)");
    }
  }
}
