package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.BUSY;
import static io.quaymaster.files.FileFailure.Kind.NOT_FOUND;
import static io.quaymaster.files.FileFailure.Kind.QUOTA_BYTES;
import static io.quaymaster.files.FileFailure.Kind.STORE_ERROR;
import static io.quaymaster.files.FileFailure.Kind.UNSUPPORTED;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.MemoryFaults;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Homes and mounts in a store that takes uploads only: alice uploads, and bob looks into her home.
 * Neither asked for uploads to be published on close; the store has no other way.
 */
class UploadsTest extends UploadScene {
  @Override
  void makeAlice(TestCluster cluster) throws Exception {
    cluster.storeOfUploads("main", "acme");
    cluster.account("alice@acme").limits(100L, null);
  }

  private MemoryFaults faults() {
    return cluster.memoryStore("main", "acme").faults();
  }

  private AccountFile begin(String path, String text) throws FileFailure {
    AccountFile upload = alice.open(path, OpenRequest.replace(0666));
    write(upload, 0, text);
    return upload;
  }

  private void usedIs(long bytes, long files) throws Exception {
    process.settle();
    assertThat(cluster.account("alice@acme").usage())
        .isEqualTo(new TestCluster.Usage(bytes, 0, files, 0));
  }

  @Test
  void othersSeeAFileWhenItIsComplete() throws Exception {
    AccountFile upload = begin("/in.csv", "half");
    fails(() -> bob.stat("/in.csv"), NOT_FOUND);
    assertThat(bob.list("/")).isEmpty();
    assertThat(alice.stat("/in.csv").sizeBytes()).isEqualTo(4);
    assertThat(alice.list("/")).containsExactly("in.csv");
    write(upload, 4, " and half");
    upload.close();
    assertThat(bob.get("/in.csv")).isEqualTo("half and half");
    assertThat(alice.list("/")).containsExactly("in.csv");
    usedIs(13, 1);
    alice.put("/in.csv", "another");
    assertThat(bob.get("/in.csv")).isEqualTo("another");
    usedIs(7, 1);
  }

  @Test
  void aBrokenUploadIsItsUploadersToResumeAndCounts() throws Exception {
    begin("/in.csv", "x".repeat(60));
    breakAndComeAgain();
    usedIs(60, 1);
    fails(() -> bob.stat("/in.csv"), NOT_FOUND);
    fails(() -> bob.open("/in.csv", RESUME), NOT_FOUND);
    fails(() -> bob.put("/b", 41), QUOTA_BYTES);
    bob.rm("/b");
    assertThat(alice.stat("/in.csv").sizeBytes()).isEqualTo(60);
    AccountFile resumed = alice.open("/in.csv", RESUME);
    write(resumed, 60, "yz");
    resumed.close();
    assertThat(bob.get("/in.csv")).isEqualTo("x".repeat(60) + "yz");
    usedIs(62, 1);
  }

  @Test
  void whatCouldNotBeKeptIsFree() throws Exception {
    begin("/in.csv", "0123456789");
    faults().failPreserves(STORE_ERROR, 4);
    breakAndComeAgain();
    usedIs(4, 1);
    assertThat(alice.stat("/in.csv").sizeBytes()).isEqualTo(4);
  }

  @ParameterizedTest
  @ValueSource(longs = {-1, 0, 4, 100})
  void afterAFailureToPublishThatIsUsedWhichIsLeft(long keptBytes) throws Exception {
    bob.put("/in.csv", "old");
    AccountFile upload = begin("/in.csv", "0123456789");
    faults().failPublishes(STORE_ERROR, keptBytes);
    fails(upload::close, STORE_ERROR);
    assertThat(bob.get("/in.csv")).isEqualTo("old");
    usedIs(3 + Math.clamp(keptBytes, 0, 10), keptBytes < 0 ? 1 : 2);
    faults().heal();
    alice.put("/in.csv", "new");
    assertThat(bob.get("/in.csv")).isEqualTo("new");
    usedIs(3, 1);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatWasPublishedThoughTheStoreDoesNotSaySoCountsOnce(boolean replaces) throws Exception {
    if (replaces) {
      bob.put("/in.csv", "old");
    }
    AccountFile upload = begin("/in.csv", "0123456789");
    faults().loseAnswersToPublishes(STORE_ERROR);
    upload.close();
    faults().heal();
    assertThat(bob.get("/in.csv")).isEqualTo("0123456789");
    usedIs(10, 1);
    bob.rm("/in.csv");
    usedIs(0, 0);
  }

  @Test
  void whatIsNotClosedWellIsNotPublished() throws Exception {
    AccountFile upload = begin("/in.csv", "0123456789");
    faults().failCloses(STORE_ERROR);
    fails(upload::close, STORE_ERROR);
    faults().heal();
    fails(() -> bob.stat("/in.csv"), NOT_FOUND);
    usedIs(10, 1);
    alice.open("/in.csv", RESUME).close();
    assertThat(bob.get("/in.csv")).isEqualTo("0123456789");
  }

  @Test
  void aFileThatLacksARefusedWriteIsKeptButNotPublished() throws Exception {
    AccountFile upload = begin("/in.csv", "x".repeat(60));
    fails(() -> write(upload, 60, "y".repeat(41)), QUOTA_BYTES);
    fails(upload::close, QUOTA_BYTES);
    fails(() -> bob.stat("/in.csv"), NOT_FOUND);
    usedIs(60, 1);
    AccountFile resumed = alice.open("/in.csv", RESUME);
    write(resumed, 60, "y".repeat(40));
    resumed.close();
    assertThat(bob.stat("/in.csv").sizeBytes()).isEqualTo(100);
  }

  @Test
  void aSessionTakesAnUploadFromAnother() throws Exception {
    AccountFile first = begin("/in.csv", "x".repeat(60));
    first.prepareWrite(60, 40);
    try (Actor again = process.as("alice@acme")) {
      AccountFile second = again.open("/in.csv", RESUME);
      fails(() -> write(first, 60, "lost"), BUSY);
      write(second, 60, "y".repeat(40));
      fails(first::close, BUSY);
      second.close();
    }
    assertThat(bob.get("/in.csv")).isEqualTo("x".repeat(60) + "y".repeat(40));
    usedIs(100, 1);
  }

  @Test
  void whoLostAnUploadDoesNotDisturbTheNextOfItsName() throws Exception {
    AccountFile lost = begin("/in.csv", "0123456789");
    try (Actor again = process.as("alice@acme")) {
      again.open("/in.csv", RESUME).close();
      AccountFile next = again.open("/in.csv", OpenRequest.replace(0666));
      write(next, 0, "next");
      fails(lost::close, BUSY, NOT_FOUND);
      assertThat(bob.get("/in.csv")).isEqualTo("0123456789");
      next.close();
    }
    assertThat(bob.get("/in.csv")).isEqualTo("next");
    usedIs(4, 1);
  }

  @Test
  void anUploadThatIsRemovedStaysAway() throws Exception {
    AccountFile upload = begin("/in.csv", "0123456789");
    alice.rm("/in.csv");
    fails(() -> write(upload, 10, "x"), NOT_FOUND);
    alice.put("/in.csv", "next");
    fails(upload::close, NOT_FOUND, BUSY);
    assertThat(bob.get("/in.csv")).isEqualTo("next");
    usedIs(4, 1);
  }

  @Test
  void whatStandsIsChangedAtItsEnd() throws Exception {
    alice.put("/in.csv", "0123456789");
    AccountFile change = alice.edit("/in.csv");
    write(change, 10, "abc");
    assertThat(bob.get("/in.csv")).isEqualTo("0123456789");
    change.close();
    alice.append("/in.csv", "+");
    assertThat(bob.get("/in.csv")).isEqualTo("0123456789abc+");
    usedIs(14, 1);
  }

  @Test
  void aQuotaRefusesACopyBeforeItIsMade() throws Exception {
    alice.put("/in.csv", 60);
    fails(() -> alice.edit("/in.csv"), QUOTA_BYTES);
    fails(() -> alice.truncate("/in.csv", 50), QUOTA_BYTES);
    usedIs(60, 1);
    assertThat(bob.stat("/in.csv").sizeBytes()).isEqualTo(60);
    alice.truncate("/in.csv", 40);
    usedIs(40, 1);
  }

  @Test
  void whatIsThereIsNotUploadedAnewToBeRead() throws Exception {
    alice.put("/in.csv", 60);
    OpenRequest readOrMake = new OpenRequest(true, false, false, true, false, false, null);
    AccountFile read = alice.open("/in.csv", readOrMake);
    usedIs(60, 1);
    read.close();
    alice.open("/new", readOrMake).close();
    assertThat(bob.stat("/new").sizeBytes()).isZero();
  }

  @Test
  void aSizeSetByNameIsThereForAll() throws Exception {
    fails(() -> alice.truncate("/in.csv", 0), NOT_FOUND);
    alice.put("/in.csv", "0123456789");
    alice.truncate("/in.csv", 4);
    assertThat(bob.get("/in.csv")).isEqualTo("0123");
    fails(() -> alice.truncate("/in.csv", 5), UNSUPPORTED);
    assertThat(bob.get("/in.csv")).isEqualTo("0123");
    usedIs(4, 1);
    alice.truncate("/in.csv", 0);
    assertThat(bob.get("/in.csv")).isEmpty();
    usedIs(0, 1);
  }

  @Test
  void aPartialUploadIsCutButStaysPartial() throws Exception {
    begin("/in.csv", "0123456789");
    fails(() -> alice.truncate("/in.csv", 4), BUSY);
    breakAndComeAgain();
    alice.truncate("/in.csv", 4);
    fails(() -> bob.stat("/in.csv"), NOT_FOUND);
    assertThat(alice.stat("/in.csv").sizeBytes()).isEqualTo(4);
    usedIs(4, 1);
  }

  @Test
  void attributesSetBeforeTheEndAreThereAfterIt() throws Exception {
    AttributeChange byHandle = new AttributeChange(null, new AttributeChange.Times(1, 2));
    AttributeChange byName = new AttributeChange(0640, null);
    AccountFile upload = begin("/in.csv", "data");
    upload.setAttributes(byHandle);
    alice.files().setAttributes(Actor.path("/in.csv"), byName, true);
    fails(() -> bob.files().setAttributes(Actor.path("/in.csv"), byName, true), NOT_FOUND);
    upload.close();
    assertThat(bob.stat("/in.csv").modifiedSeconds()).isEqualTo(2);
    assertThat(bob.stat("/in.csv").mode()).isEqualTo(0640);
  }

  /** As touch(1) does on a mounted home: open, set the times by name, close. */
  @Test
  void attributesSetWhileAFileIsBeingReplacedStayWithTheNewOne() throws Exception {
    alice.put("/in.csv", "old");
    AttributeChange times = new AttributeChange(0640, new AttributeChange.Times(1, 2));
    AccountFile upload = alice.edit("/in.csv");
    alice.files().setAttributes(Actor.path("/in.csv"), times, true);
    assertThat(bob.stat("/in.csv").modifiedSeconds()).isEqualTo(2);
    upload.close();
    assertThat(bob.stat("/in.csv").modifiedSeconds()).isEqualTo(2);
    assertThat(bob.stat("/in.csv").mode()).isEqualTo(0640);
  }

  @Test
  void aHomeOnDiskAndAMountOfUploadsKeepTheirWays() throws Exception {
    cluster.account("carl@beta").home("disk", "carl");
    cluster.storeOfUploads("bucket", "beta");
    cluster.account("carl@beta").mount("/lake", "bucket", "carl");
    eachKeepsItsWay("carl@beta", "/f", "/lake/f");
  }

  @Test
  void aHomeOfUploadsAndAMountOnDiskKeepTheirWays() throws Exception {
    cluster.storeOfUploads("bucket", "beta");
    cluster.account("carl@beta").home("bucket", "carl").mount("/disk", "disk", "carl");
    eachKeepsItsWay("carl@beta", "/disk/f", "/f");
  }

  private void eachKeepsItsWay(String login, String onDisk, String uploaded) throws Exception {
    try (Actor carl = process.as(login);
        Actor again = process.as(login)) {
      AccountFile here = carl.edit(onDisk);
      AccountFile there = carl.edit(uploaded);
      write(here, 3, "disk");
      write(there, 0, "lake");
      assertThat(again.get(onDisk)).isEqualTo("\0\0\0disk");
      fails(() -> again.get(uploaded), UNSUPPORTED);
      assertThat(here.copyTo(there, 3, 4, 4)).isTrue();
      here.close();
      there.close();
      assertThat(again.get(uploaded)).isEqualTo("lakedisk");
      again.truncate(onDisk, 5).truncate(uploaded, 5);
      assertThat(carl.get(onDisk)).isEqualTo("\0\0\0di");
      assertThat(carl.get(uploaded)).isEqualTo("laked");
      for (String mount : carl.list("/")) {
        assertThat(carl.stat("/" + mount).sizeBytes()).isNotNegative();
      }
    }
  }
}
