package io.quaymaster.ssh;

import static io.quaymaster.files.FileFailure.Kind.FILE_TOO_LARGE;
import static io.quaymaster.files.FileFailure.Kind.NOT_FOUND;
import static io.quaymaster.files.FileFailure.Kind.NOT_PERMITTED;
import static io.quaymaster.files.FileFailure.Kind.QUOTA_BYTES;
import static io.quaymaster.files.FileFailure.Kind.QUOTA_FILES;
import static io.quaymaster.files.FileFailure.Kind.READ_ONLY;
import static io.quaymaster.files.FileFailure.Kind.SPECIAL_FILE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What partners live through, the same through every {@link Door} and in stores of each kind. */
@ParameterizedClass(name = "{0}, {1}")
@MethodSource("everyDoorToEveryKindOfStore")
class ScenarioTest {
  private final Door door;
  private final BackDoor.Kind stores;
  private TestGateway gateway;

  ScenarioTest(Door door, BackDoor.Kind stores) {
    this.door = door;
    this.stores = stores;
  }

  static Stream<Arguments> everyDoorToEveryKindOfStore() {
    return Stream.of(Door.values())
        .flatMap(door -> Stream.of(BackDoor.Kind.values()).map(kind -> arguments(door, kind)));
  }

  @BeforeEach
  void start() {
    gateway = TestGateway.start(GatewayOptions.DEFAULTS.stores(stores));
  }

  @AfterEach
  void stop() {
    gateway.comesToRest();
    gateway.close();
  }

  private Door.Answer put(TestAccount as, String path, String content) {
    return door.put(gateway, as, path, content);
  }

  private Door.Answer get(TestAccount as, String path) {
    return door.get(gateway, as, path);
  }

  @Test
  void whatOneTenantPutsNoOtherFinds() {
    TestAccount alice = gateway.account("alice@acme").create();
    TestAccount twin = gateway.account("alice@globex").create();
    alice.write("in/.keep", "");
    twin.write("in/.keep", "");
    put(alice, "/in/a.csv", "acme's").isDone();
    get(alice, "/in/a.csv").isDone("acme's");
    get(alice, "in/a.csv").isDone("acme's");
    get(twin, "/in/a.csv").isRefused(NOT_FOUND);
    put(twin, "/in/a.csv", "globex's").isDone();
    get(alice, "/in/a.csv").isDone("acme's");
  }

  @Test
  void colleaguesShareTheirHome() {
    TestAccount alice = gateway.account("alice@acme").home("main", "team").create();
    TestAccount bob = gateway.account("bob@acme").home("main", "team").readOnly().create();
    put(alice, "/a.csv", "for bob").isDone();
    get(bob, "/a.csv").isDone("for bob");
    put(bob, "/a.csv", "by bob").isRefused(READ_ONLY);
    put(bob, "/b.csv", "by bob").isRefused(READ_ONLY);
    get(alice, "/a.csv").isDone("for bob");
  }

  @Test
  void aDropBoxTakesAndGivesNothing() {
    TestAccount drop = gateway.account("drop@acme").permissions("create,write").create();
    put(drop, "/in.csv", "secret").isDone();
    get(drop, "/in.csv").isRefused(NOT_PERMITTED);
    assertThat(drop.read("in.csv")).isEqualTo("secret");
  }

  @Test
  void aMountHasItsOwnRules() {
    TestAccount owner = gateway.account("owner@acme").home("lake", "").create();
    TestAccount alice =
        gateway.account("alice@acme").mount("/lake", "lake", "", "list,read").create();
    put(owner, "/fish", "trout").isDone();
    get(alice, "/lake/fish").isDone("trout");
    put(alice, "/lake/fish", "none").isRefused(NOT_PERMITTED);
    put(alice, "/fish", "mine").isDone();
    get(owner, "/fish").isDone("trout");
  }

  @Test
  void bytesAreCountedExactly() {
    TestAccount alice = gateway.account("alice@acme").limitBytes(1_000).create();
    put(alice, "/a", "a".repeat(600)).isDone();
    put(alice, "/b", "b".repeat(401)).isRefused(QUOTA_BYTES);
    put(alice, "/b", "b".repeat(400)).isDone();
    put(alice, "/c", "c").isRefused(QUOTA_BYTES);
    put(alice, "/a", "a".repeat(601)).isRefused(QUOTA_BYTES);
    Door.Answer smaller = put(alice, "/a", "a".repeat(599));
    switch (stores) {
      case DISK -> {
        smaller.isDone();
        put(alice, "/c", "c").isDone();
      }
      // Until an upload to a bucket is complete, what it will replace counts too.
      case BUCKET -> smaller.isRefused(QUOTA_BYTES);
    }
    get(alice, "/b").isDone("b".repeat(400));
  }

  @Test
  void filesAreCountedExactly() {
    TestAccount alice = gateway.account("alice@acme").limitFiles(2).create();
    put(alice, "/a", "").isDone();
    put(alice, "/b", "").isDone();
    put(alice, "/c", "").isRefused(QUOTA_FILES);
    Door.Answer again = put(alice, "/b", "again");
    switch (stores) {
      case DISK -> again.isDone();
      // Until it is complete, it is one more file.
      case BUCKET -> again.isRefused(QUOTA_FILES);
    }
  }

  @Test
  void aFileMayNotBeTooLarge() {
    TestAccount alice = gateway.account("alice@acme").maxFileBytes(10).create();
    put(alice, "/a", "a".repeat(11)).isRefused(FILE_TOO_LARGE);
    put(alice, "/a", "a".repeat(10)).isDone();
  }

  @Test
  void nothingLeadsOutOfTheHome() {
    TestAccount alice = gateway.account("alice@acme").create();
    TestAccount bob = gateway.account("bob@acme").create();
    bob.write("secret", "bob's");
    alice.write("deep/er/.keep", "");
    get(alice, "/../bob/secret").isRefused(NOT_FOUND);
    get(alice, "../../../../../../etc/passwd").isRefused(NOT_FOUND);
    put(alice, "/deep/er/../../../x", "stays").isDone();
    assertThat(alice.read("x")).isEqualTo("stays");
    get(alice, "/deep/../x").isDone("stays");
    assertThat(bob.read("secret")).isEqualTo("bob's");
  }

  @Test
  void noLinkLeadsOutOfTheHome() throws IOException {
    assumeTrue(stores == BackDoor.Kind.DISK, "a bucket has no links: BucketClientsTest");
    TestAccount alice = gateway.account("alice@acme").create();
    TestAccount bob = gateway.account("bob@acme").create();
    bob.write("secret", "bob's");
    alice.write("deep/er/.keep", "");
    Files.createSymbolicLink(alice.file("passwd"), Path.of("/etc/passwd"));
    Files.createSymbolicLink(alice.file("secret"), Path.of("../bob/secret"));
    Files.createSymbolicLink(alice.file("here"), Path.of("/deep"));
    get(alice, "/passwd").isRefused(NOT_FOUND);
    get(alice, "/secret").isRefused(NOT_FOUND);
    put(alice, "/here/er/../../../x", "stays").isDone();
    assertThat(alice.read("x")).isEqualTo("stays");
    get(alice, "/here/../x").isDone("stays");
  }

  @Test
  void aPipeIsNoFile() throws Exception {
    assumeTrue(stores == BackDoor.Kind.DISK, "a bucket has no pipes");
    TestAccount alice = gateway.account("alice@acme").create();
    alice.write("f", "");
    Path pipe = alice.file("pipe");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    put(alice, "/pipe", "x").isRefused(SPECIAL_FILE);
  }
}
