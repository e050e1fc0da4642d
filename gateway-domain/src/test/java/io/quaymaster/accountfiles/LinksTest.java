package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.BUSY;
import static io.quaymaster.files.FileFailure.Kind.CROSSES_STORES;
import static io.quaymaster.files.FileFailure.Kind.EXISTS;
import static io.quaymaster.files.FileFailure.Kind.IS_A_DIRECTORY;
import static io.quaymaster.files.FileFailure.Kind.LINK_LOOP;
import static io.quaymaster.files.FileFailure.Kind.NOT_A_DIRECTORY;
import static io.quaymaster.files.FileFailure.Kind.NOT_FOUND;
import static io.quaymaster.files.FileFailure.Kind.NOT_PERMITTED;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.access.Permission;
import io.quaymaster.files.FileFailure;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Links lead where they would lead inside a chroot, and policy is that of where they lead. */
class LinksTest {
  private static TestCluster cluster;
  private static TestProcess process;
  private static int accounts;

  private TestAccount account;
  private String login;

  @BeforeAll
  static void start() throws Exception {
    cluster = TestCluster.open();
    process = cluster.process();
  }

  @AfterAll
  static void stop() throws Exception {
    cluster.isExact();
    cluster.close();
  }

  @BeforeEach
  void open() throws Exception {
    login = "account" + accounts++ + "@acme";
    account = cluster.account(login);
  }

  private Actor actor() throws Exception {
    return process.as(login);
  }

  @Test
  void targetsStartAtTheAccountsRootAndDotsEndThere() throws Exception {
    Actor actor = actor().mkdir("/d").put("/d/f", "text").put("/passwd", "mine");
    actor.symlink("/d/f", "/absolute").symlink("f", "/d/relative");
    actor.symlink("../../../passwd", "/d/above").symlink("//d//.//f", "/odd");
    actor.symlink("d", "/directory");
    for (String path : Set.of("/absolute", "/d/relative", "/odd", "/directory/f")) {
      assertThat(actor.get(path)).isEqualTo("text");
      assertThat(actor.realpath(path)).isEqualTo("/d/f");
    }
    assertThat(actor.get("/d/above")).isEqualTo("mine");
    assertThat(actor.get("/directory/../passwd")).isEqualTo("mine");
    assertThat(actor.readlink("/d/above")).isEqualTo("../../../passwd");
    assertThat(actor.lstat("/absolute").isLink()).isTrue();
    assertThat(actor.stat("/absolute").isFile()).isTrue();
    assertThat(actor.list("/directory")).containsExactly("above", "f", "relative");
  }

  @Test
  void linksLeadAcrossMounts() throws Exception {
    account.mount("/lake", "lake", login);
    Actor actor = actor().put("/lake/f", "wet").put("/dry", "dry");
    actor.symlink("/lake/f", "/in").symlink("../dry", "/lake/out").symlink("/lake", "/shore");
    assertThat(actor.get("/in")).isEqualTo("wet");
    assertThat(actor.get("/lake/out")).isEqualTo("dry");
    assertThat(actor.get("/shore/out")).isEqualTo("dry");
    assertThat(actor.realpath("/shore/out")).isEqualTo("/dry");
    fails(() -> actor.mv("/dry", "/shore/dry"), CROSSES_STORES);
    fails(() -> actor.ln("/dry", "/shore/dry"), CROSSES_STORES);
  }

  @Test
  void fortyLinksAreFollowedAndNoMore() throws Exception {
    Actor actor = actor().put("/0", "end");
    for (int i = 1; i <= 41; i++) {
      actor.symlink("" + (i - 1), "/" + i);
    }
    assertThat(actor.get("/40")).isEqualTo("end");
    fails(() -> actor.get("/41"), LINK_LOOP);
    actor.symlink("loop", "/loop").symlink("b", "/a").symlink("a", "/b");
    fails(() -> actor.stat("/loop"), LINK_LOOP);
    fails(() -> actor.get("/a/x"), LINK_LOOP);
    assertThat(actor.lstat("/loop").isLink()).isTrue();
  }

  @Test
  void aDanglingLinkIsWrittenThroughButNeverExclusively() throws Exception {
    Actor actor = actor().symlink("new", "/l");
    fails(() -> actor.stat("/l"), NOT_FOUND);
    assertThat(actor.realpath("/l")).isEqualTo("/new");
    fails(
        () -> actor.open("/l", new OpenRequest(false, true, false, true, true, false, null)),
        EXISTS);
    actor.put("/l", "made");
    assertThat(actor.get("/new")).isEqualTo("made");
    assertThat(actor.lstat("/l").isLink()).isTrue();
    fails(() -> actor.symlink("x", "/l"), EXISTS);
    fails(() -> actor.mkdir("/l"), EXISTS);
  }

  @Test
  void aNameIsNotALinksTargetEvenWithASlash() throws Exception {
    Actor actor = actor().mkdir("/d").symlink("d", "/l").put("/f", "").symlink("f", "/lf");
    assertThat(actor.lstat("/l/").isDirectory()).isTrue();
    assertThat(actor.lstat("/l").isLink()).isTrue();
    fails(() -> actor.lstat("/lf/"), NOT_A_DIRECTORY);
    fails(() -> actor.rm("/l/"), NOT_A_DIRECTORY);
    fails(() -> actor.rm("/f/"), NOT_A_DIRECTORY);
    fails(() -> actor.rmdir("/l/"), NOT_A_DIRECTORY);
    fails(() -> actor.mv("/l/", "/x"), NOT_A_DIRECTORY);
    fails(() -> actor.mv("/f", "/x/"), NOT_A_DIRECTORY);
    fails(() -> actor.put("/new/", ""), IS_A_DIRECTORY);
    assertThat(actor.list("/")).containsExactly("d", "f", "l", "lf");
    actor.mv("/d/", "/e/").mkdir("/g/").rmdir("/g/").rm("/l");
    assertThat(actor.list("/")).containsExactly("e", "f", "lf");
  }

  @Test
  void policyIsThatOfThePathThatIsReached() throws Exception {
    actor()
        .mkdir("/secret")
        .put("/secret/f", "hidden")
        .mkdir("/open")
        .symlink("/secret", "/open/l")
        .symlink("/open", "/secret/back")
        .put("/open/f", "shown");
    account.may("/secret");
    Actor actor = actor();
    for (String path :
        Set.of("/secret/f", "/open/l/f", "/open/../secret/f", "/open/l/../secret/f")) {
      fails(() -> actor.get(path), NOT_PERMITTED);
      fails(() -> actor.put(path, "x"), NOT_PERMITTED);
      fails(() -> actor.rm(path), NOT_PERMITTED);
      fails(() -> actor.stat(path), NOT_PERMITTED);
      fails(() -> actor.truncate(path, 0), NOT_PERMITTED);
      fails(() -> actor.mv(path, "/open/stolen"), NOT_PERMITTED);
      fails(() -> actor.ln(path, "/open/stolen"), NOT_PERMITTED);
    }
    fails(() -> actor.list("/open/l"), NOT_PERMITTED);
    fails(() -> actor.list("/open/l/"), NOT_PERMITTED);
    fails(() -> actor.stat("/open/l/none/x"), NOT_PERMITTED);
    fails(() -> actor.stat("/open/l/f/x"), NOT_PERMITTED);
    assertThat(actor.realpath("/open/l/f")).isEqualTo("/open/l/f");
    assertThat(actor.realpath("/open/l/none/x")).isEqualTo("/open/l/none/x");
    // A link in a place that nothing is allowed in may lead to one where much is.
    assertThat(actor.get("/secret/back/f")).isEqualTo("shown");
  }

  @Test
  void aReaderNeverGetsASecretHoweverLinksAreSwapped() throws Exception {
    actor()
        .mkdir("/secret")
        .put("/secret/f", "hidden")
        .mkdir("/open")
        .put("/open/f", "shown")
        .symlink("open", "/swap");
    Actor owner = actor();
    account.may("/secret");
    Actor reader = actor();
    AtomicBoolean over = new AtomicBoolean();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> swapper =
          threads.submit(
              () -> {
                for (int i = 0; !over.get(); i++) {
                  owner.symlink(i % 2 == 0 ? "secret" : "open", "/next").mv("/next", "/swap");
                }
                return null;
              });
      int shown = 0;
      try {
        for (int i = 0; i < 2_000; i++) {
          shown += readsOnlyWhatIsOpen(reader) ? 1 : 0;
        }
      } finally {
        over.set(true);
      }
      swapper.get();
      assertThat(shown).isPositive();
    }
  }

  private static boolean readsOnlyWhatIsOpen(Actor reader) throws FileFailure {
    try {
      assertThat(reader.get("/swap/f")).isEqualTo("shown");
      return true;
    } catch (FileFailure refused) {
      assertThat(refused.kind()).isIn(NOT_PERMITTED, BUSY);
      return false;
    }
  }

  @Test
  void aHardLinkGivesNoFurtherPermission() throws Exception {
    actor().mkdir("/in").put("/in/f", "text").mkdir("/free");
    account.mayNot("/in", Permission.READ);
    Actor actor = actor();
    fails(() -> actor.get("/in/f"), NOT_PERMITTED);
    fails(() -> actor.ln("/in/f", "/free/f"), NOT_PERMITTED);
    actor.ln("/in/f", "/in/g");
    assertThat(actor.stat("/in/g").links()).isEqualTo(2);
  }
}
