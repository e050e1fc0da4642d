package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.BUSY;
import static io.quaymaster.files.FileFailure.Kind.EXISTS;
import static io.quaymaster.files.FileFailure.Kind.INVALID_ARGUMENT;
import static io.quaymaster.files.FileFailure.Kind.IS_A_DIRECTORY;
import static io.quaymaster.files.FileFailure.Kind.NOT_FOUND;
import static io.quaymaster.files.FileFailure.Kind.NOT_PERMITTED;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.access.Permission;
import io.quaymaster.files.ByteText;
import io.quaymaster.files.StoreKey;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Further stores in an account's view. */
class MountsTest {
  private TestCluster cluster;
  private TestProcess process;

  @BeforeEach
  void open() throws Exception {
    cluster = TestCluster.open();
    process = cluster.process();
    // What the home has under the mounts' names is hidden by them.
    cluster.account("alice@acme");
    process.as("alice@acme").mkdir("/lake").put("/lake/hidden", "x").put("/f", "home");
    cluster.account("alice@acme").mount("/lake", "lake", "alice").mount("/on/the/way", "far", "");
  }

  @AfterEach
  void close() throws Exception {
    cluster.isExact();
    cluster.close();
  }

  private Actor alice() throws Exception {
    return process.as("alice@acme");
  }

  @Test
  void listingsMergeAndHide() throws Exception {
    Actor alice = alice().put("/lake/a", "wet").mkdir("/dir");
    assertThat(alice.list("/")).containsExactly("dir", "f", "lake", "on");
    assertThat(alice.list("/lake")).containsExactly("a");
    assertThat(alice.list("/on")).containsExactly("the");
    assertThat(alice.list("/on/the")).containsExactly("way");
    assertThat(alice.list("/on/the/way")).isEmpty();
    assertThat(alice.stat("/on/the").isDirectory()).isTrue();
    fails(() -> alice.get("/lake/hidden"), NOT_FOUND);
    assertThat(cluster.memoryStore("lake", "acme").attributes(StoreKey.ofPlace("alice/a")))
        .isEqualTo(alice.stat("/lake/a"));
    assertThat(alice.realpath("/on/../on/the/way/..")).isEqualTo("/on/the");
  }

  @Test
  void whatLeadsToAMountStays() throws Exception {
    Actor alice = alice();
    for (String path : new String[] {"/lake", "/on", "/on/the", "/on/the/way", "/"}) {
      fails(() -> alice.rmdir(path), BUSY);
      fails(() -> alice.rm(path), IS_A_DIRECTORY);
      fails(() -> alice.mkdir(path), EXISTS);
      fails(() -> alice.symlink("f", path), EXISTS);
      fails(() -> alice.ln("/f", path), EXISTS);
      fails(() -> alice.put(path, "x"), IS_A_DIRECTORY);
      fails(() -> alice.get(path), IS_A_DIRECTORY);
      fails(() -> alice.readlink(path), INVALID_ARGUMENT);
      fails(() -> alice.mv("/f", path), BUSY);
      fails(() -> alice.mv(path, "/g"), BUSY);
    }
    assertThat(alice.get("/f")).isEqualTo("home");
    fails(() -> alice.put("/on/x", ""), NOT_FOUND);
  }

  @Test
  void aLinkOfTheHomeUnderAMountsNameLeadsNowhere() throws Exception {
    cluster.memoryStore("main", "acme").symbolicLink(StoreKey.ofPlace("alice/on"), "f");
    Actor alice = alice();
    assertThat(alice.list("/on")).containsExactly("the");
    assertThat(alice.lstat("/on").isDirectory()).isTrue();
    fails(() -> alice.get("/on/f"), BUSY, NOT_FOUND);
    fails(() -> alice.put("/on/f", "x"), BUSY, NOT_FOUND);
    cluster.memoryStore("main", "acme").remove(StoreKey.ofPlace("alice/on"));
  }

  @Test
  void aMountHasItsOwnRulesAndItsOwnPlace() throws Exception {
    cluster.account("alice@acme").may("/lake", Permission.LIST, Permission.READ);
    Actor alice = alice();
    fails(() -> alice.put("/lake/a", "x"), NOT_PERMITTED);
    alice.put("/on/the/way/a", "12345");
    process.settle();
    assertThat(cluster.account("alice@acme").usage().bytes()).isEqualTo(5);
    assertThat(cluster.tenantUsage("acme").bytes()).isEqualTo(10);
  }

  @Test
  void aCopyIntoAnotherStoreIsWhole() throws Exception {
    byte[] data = new byte[700_000];
    new Random(7).nextBytes(data);
    Actor alice = alice().put("/big", data);
    AccountFile from = alice.edit("/big");
    AccountFile to = alice.edit("/lake/big");
    assertThat(from.copyTo(to, 0, 0, 0)).as("copied to the end").isFalse();
    assertThat(from.copyTo(to, 0, data.length, 600_000)).as("so many bytes").isTrue();
    from.close();
    to.close();
    String whole = ByteText.of(data);
    assertThat(alice.get("/lake/big")).isEqualTo(whole + whole.substring(0, 600_000));
  }
}
