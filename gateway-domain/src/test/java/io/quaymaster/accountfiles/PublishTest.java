package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.EXISTS;
import static io.quaymaster.files.FileFailure.Kind.IS_A_DIRECTORY;
import static io.quaymaster.files.FileFailure.Kind.NOT_FOUND;
import static io.quaymaster.files.FileFailure.Kind.QUOTA_BYTES;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** Uploads that others see only when they are complete: alice uploads, bob looks into her home. */
class PublishTest extends UploadScene {
  private static final OpenRequest NEW_ONLY =
      new OpenRequest(false, true, false, true, true, false, null);

  @Override
  void makeAlice(TestCluster cluster) throws Exception {
    cluster.account("alice@acme").publishesOnClose().limits(100L, null);
  }

  @Test
  void othersSeeAFileWhenItIsComplete() throws Exception {
    AccountFile upload = alice.open("/in.csv", OpenRequest.replace(0666));
    write(upload, 0, "half");
    fails(() -> bob.stat("/in.csv"), NOT_FOUND);
    fails(() -> bob.get("/in.csv"), NOT_FOUND);
    assertThat(bob.list("/")).isEmpty();
    assertThat(alice.stat("/in.csv").sizeBytes()).isEqualTo(4);
    assertThat(alice.list("/")).containsExactly("in.csv");
    write(upload, 4, " and half");
    upload.close();
    assertThat(bob.get("/in.csv")).isEqualTo("half and half");
    assertThat(bob.list("/")).containsExactly("in.csv");
    assertThat(alice.list("/")).containsExactly("in.csv");
  }

  @Test
  void theOldFileStandsUntilTheNewOneIsComplete() throws Exception {
    bob.put("/in.csv", "old");
    AccountFile upload = alice.open("/in.csv", OpenRequest.replace(0666));
    write(upload, 0, "new and longer");
    assertThat(bob.get("/in.csv")).isEqualTo("old");
    assertThat(alice.list("/")).containsExactly("in.csv");
    upload.close();
    assertThat(bob.get("/in.csv")).isEqualTo("new and longer");
  }

  @Test
  void aBrokenUploadIsItsUploadersToResume() throws Exception {
    write(alice.open("/in.csv", OpenRequest.replace(0666)), 0, "first ");
    breakAndComeAgain();
    fails(() -> bob.stat("/in.csv"), NOT_FOUND);
    assertThat(bob.list("/")).isEmpty();
    assertThat(alice.stat("/in.csv").sizeBytes()).isEqualTo(6);
    assertThat(alice.get("/in.csv")).isEqualTo("first ");
    AccountFile resumed = alice.open("/in.csv", RESUME);
    write(resumed, 6, "second");
    resumed.close();
    assertThat(bob.get("/in.csv")).isEqualTo("first second");
  }

  @Test
  void whatIsChangedInPlaceIsChangedForOthersAtOnceOrNotAtAll() throws Exception {
    bob.put("/in.csv", "0123456789");
    AccountFile change = alice.edit("/in.csv");
    write(change, 2, "xx");
    assertThat(bob.get("/in.csv")).isEqualTo("0123456789");
    change.close();
    assertThat(bob.get("/in.csv")).isEqualTo("01xx456789");
    alice.append("/in.csv", "+");
    assertThat(bob.get("/in.csv")).isEqualTo("01xx456789+");
  }

  @Test
  void aPartialUploadCountsUntilItIsRemoved() throws Exception {
    write(alice.open("/in.csv", OpenRequest.replace(0666)), 0, "x".repeat(60));
    breakAndComeAgain();
    fails(() -> bob.put("/b", 41), QUOTA_BYTES);
    alice.rm("/in.csv");
    fails(() -> alice.stat("/in.csv"), NOT_FOUND);
    bob.put("/b", 100);
  }

  @Test
  void aPartialUploadIsThereForWhoWantsANewFile() throws Exception {
    write(alice.open("/in.csv", OpenRequest.replace(0666)), 0, "first");
    breakAndComeAgain();
    fails(() -> alice.open("/in.csv", NEW_ONLY), EXISTS);
    AccountFile theirs = bob.open("/in.csv", NEW_ONLY);
    write(theirs, 0, "bob's");
    theirs.close();
    assertThat(alice.list("/")).containsExactly("in.csv");
    alice.put("/in.csv", "alice's");
    assertThat(bob.get("/in.csv")).isEqualTo("alice's");
  }

  @Test
  void aDirectoryThatCameBetweenIsNotReplaced() throws Exception {
    AccountFile upload = alice.open("/in.csv", OpenRequest.replace(0666));
    write(upload, 0, "data");
    bob.mkdir("/in.csv");
    fails(upload::close, IS_A_DIRECTORY);
    bob.rmdir("/in.csv");
    assertThat(alice.get("/in.csv")).isEqualTo("data");
    AccountFile again = alice.open("/in.csv", RESUME);
    again.close();
    assertThat(bob.get("/in.csv")).isEqualTo("data");
  }

  @Test
  void theNamesOfPartialUploadsAreNobodysToSay() throws Exception {
    String longName = "n".repeat(255);
    for (String name : new String[] {"in.csv", longName}) {
      write(alice.open("/" + name, OpenRequest.replace(0666)), 0, "x");
    }
    breakAndComeAgain();
    assertThat(alice.stat("/" + longName).sizeBytes()).isEqualTo(1);
    assertThat(bob.list("/")).isEmpty();
    for (String reserved :
        new String[] {"/.quaymaster-partial.1.=in.csv", "/.quaymaster-partial.x"}) {
      fails(() -> bob.stat(reserved), NOT_FOUND);
      fails(() -> bob.get(reserved), NOT_FOUND);
      fails(() -> bob.put(reserved, "x"), NOT_FOUND);
      fails(() -> bob.rm(reserved), NOT_FOUND);
      fails(() -> bob.mkdir(reserved), NOT_FOUND);
      fails(() -> bob.symlink("x", reserved), NOT_FOUND);
      bob.put("/own", "x");
      fails(() -> bob.mv("/own", reserved), NOT_FOUND);
      fails(() -> bob.mv(reserved, "/stolen"), NOT_FOUND);
      fails(() -> bob.ln("/own", reserved), NOT_FOUND);
      fails(() -> bob.ln(reserved, "/stolen"), NOT_FOUND);
      fails(() -> bob.realpath(reserved), NOT_FOUND);
      fails(() -> bob.stat(reserved + "/below"), NOT_FOUND);
      assertThat(bob.list("/")).containsExactly("own");
    }
    bob.symlink(".quaymaster-partial.1.=in.csv", "/link");
    fails(() -> bob.get("/link"), NOT_FOUND);
  }
}
