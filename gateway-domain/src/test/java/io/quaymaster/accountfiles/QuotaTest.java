package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.FILE_TOO_LARGE;
import static io.quaymaster.files.FileFailure.Kind.QUOTA_BYTES;
import static io.quaymaster.files.FileFailure.Kind.QUOTA_FILES;
import static io.quaymaster.files.FileFailure.Kind.STORE_ERROR;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.StoreKey;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is counted, and when it is refused: one account that knows its limits. */
class QuotaTest {
  private TestCluster cluster;
  private TestProcess process;

  @BeforeEach
  void open() throws Exception {
    cluster = TestCluster.open();
    cluster.account("alice@acme").limits(100L, 5L);
    process = cluster.process();
  }

  @AfterEach
  void close() throws Exception {
    cluster.isExact();
    cluster.close();
  }

  private Actor alice() throws Exception {
    return process.as("alice@acme");
  }

  private void uses(long bytes, long files) throws Exception {
    process.settle();
    assertThat(cluster.account("alice@acme").usage())
        .isEqualTo(new TestCluster.Usage(bytes, 0, files, 0));
    assertThat(cluster.tenantUsage("acme")).isEqualTo(new TestCluster.Usage(bytes, 0, files, 0));
  }

  @Test
  void exactlyTheLimitFitsAndOneByteMoreDoesNot() throws Exception {
    Actor alice = alice().put("/a", 60).put("/b", 40);
    fails(() -> alice.put("/c", 1), QUOTA_BYTES);
    uses(100, 3);
    fails(() -> alice.append("/a", "x"), QUOTA_BYTES);
    alice.rm("/c").rm("/b").put("/c", 40);
    uses(100, 2);
  }

  @Test
  void oneFileMoreDoesNotFit() throws Exception {
    Actor alice = alice().put("/1", 0).put("/2", 0).symlink("1", "/3").ln("/1", "/4").put("/5", 0);
    fails(() -> alice.put("/6", 0), QUOTA_FILES);
    fails(() -> alice.symlink("x", "/6"), QUOTA_FILES);
    fails(() -> alice.ln("/1", "/6"), QUOTA_FILES);
    alice.put("/5", 1).mkdir("/directories/").mv("/4", "/5");
    alice.rm("/3").put("/6", 0);
    uses(0, 4);
  }

  @Test
  void overwritingCostsNothingAndShrinkingGivesBack() throws Exception {
    Actor alice = alice().put("/a", 100);
    AccountFile file = alice.edit("/a");
    file.write(20, ByteBuffer.allocate(80));
    fails(() -> file.write(20, ByteBuffer.allocate(81)), QUOTA_BYTES);
    file.setSize(30);
    file.write(40, ByteBuffer.allocate(10));
    file.close();
    uses(50, 1);
    alice.truncate("/a", 100);
    uses(100, 1);
    fails(() -> alice.truncate("/a", 101), QUOTA_BYTES);
    alice.truncate("/a", 0).put("/b", 100).put("/b", 100);
    uses(100, 2);
  }

  @Test
  void aRenameOverAFileGivesItsBytesBack() throws Exception {
    Actor alice = alice().put("/a", 60).put("/b", 40).mv("/a", "/b");
    uses(60, 1);
    alice.mv("/b", "/b").ln("/b", "/c").mv("/b", "/c");
    uses(60, 2);
    alice.rm("/b");
    uses(60, 1);
    alice.put("/d", 40).rm("/c");
    uses(40, 1);
  }

  @Test
  void bytesOfAFileWithoutANameAreFreeWhenItsLastWriterCloses() throws Exception {
    Actor alice = alice().put("/a", 60);
    AccountFile one = alice.edit("/a");
    AccountFile other = alice().edit("/a");
    alice.rm("/a");
    one.write(60, ByteBuffer.allocate(20));
    fails(() -> alice.put("/b", 21), QUOTA_BYTES);
    alice.rm("/b");
    one.close();
    other.write(0, ByteBuffer.allocate(90));
    fails(() -> alice.put("/b", 11), QUOTA_BYTES);
    other.close();
    alice.put("/b", 100);
    uses(100, 1);
  }

  @Test
  void copiesCount() throws Exception {
    Actor alice = alice().put("/a", 60);
    AccountFile from = alice.edit("/a");
    AccountFile to = alice.edit("/b");
    assertThat(from.copyTo(to, 0, 0, 40)).isTrue();
    fails(() -> from.copyTo(to, 0, 40, 1), QUOTA_BYTES);
    assertThat(from.copyTo(to, 50, 0, 40)).isFalse();
    from.close();
    to.close();
    uses(100, 2);
  }

  @Test
  void whatAFailingStoreDidNotTakeIsGivenBack() throws Exception {
    Actor alice = alice();
    var faults = cluster.memoryStore("main", "acme").faults();
    faults.failWrites(10, STORE_ERROR);
    fails(() -> alice.put("/a", 100), STORE_ERROR);
    uses(10, 1);
    faults.heal();
    alice.put("/b", 90);
    faults.failCloses(STORE_ERROR);
    fails(() -> alice.put("/b", 90), STORE_ERROR);
    faults.heal();
    uses(100, 2);
  }

  @Test
  void aPreparedWriteIsReservedAndThenAlwaysFits() throws Exception {
    Actor alice = alice();
    AccountFile file = alice.edit("/a");
    file.prepareWrite(0, 70);
    fails(() -> alice.put("/b", 31), QUOTA_BYTES);
    alice.put("/b", 30);
    fails(() -> file.prepareWrite(70, 1), QUOTA_BYTES);
    file.write(0, ByteBuffer.allocate(70));
    file.close();
    uses(100, 2);
  }

  @Test
  void whatWasPreparedAndNeverCameIsGivenBack() throws Exception {
    Actor alice = alice();
    AccountFile file = alice.edit("/a");
    file.prepareWrite(0, 100);
    alice.close();
    uses(0, 1);
    alice().put("/b", 100);
  }

  @Test
  void aLimitBelowTheUsageRefusesGrowthAndAllowsShrinking() throws Exception {
    Actor alice = alice().put("/a", 80);
    process.settle();
    cluster.account("alice@acme").limits(50L, 5L);
    fails(() -> alice.append("/a", "x"), QUOTA_BYTES);
    alice.truncate("/a", 60);
    fails(() -> alice.put("/b", 1), QUOTA_BYTES);
    alice.truncate("/a", 49).put("/b", 1);
    fails(() -> alice.put("/c", 1), QUOTA_BYTES);
    uses(50, 3);
  }

  @Test
  void aFileMayNotBeTooLarge() throws Exception {
    cluster.account("alice@acme").maxFileBytes(10);
    Actor alice = alice().put("/a", 10);
    fails(() -> alice.append("/a", "x"), FILE_TOO_LARGE);
    fails(() -> alice.truncate("/a", 11), FILE_TOO_LARGE);
    AccountFile file = alice.edit("/a");
    fails(() -> file.prepareWrite(5, 6), FILE_TOO_LARGE);
    fails(() -> file.write(5, ByteBuffer.allocate(6)), FILE_TOO_LARGE);
    fails(() -> file.setSize(11), FILE_TOO_LARGE);
    file.close();
    uses(10, 1);
  }

  @Test
  void withoutALimitTheNumberItselfEnds() throws Exception {
    cluster.account("alice@acme").limits(null, null);
    Actor alice = alice().put("/a", 10);
    fails(
        () -> alice.truncate("/a", Long.MAX_VALUE),
        QUOTA_BYTES,
        STORE_ERROR,
        FileFailure.Kind.STORE_FULL);
    alice.put("/b", 10);
    uses(20, 2);
  }

  @Test
  void theTenantsLimitHoldsForAllItsAccounts() throws Exception {
    cluster.tenantLimits("acme", 100L, null).account("bob@acme");
    Actor alice = alice().put("/a", 60);
    Actor bob = process.as("bob@acme").put("/b", 40);
    fails(() -> bob.append("/b", "x"), QUOTA_BYTES);
    alice.rm("/a");
    bob.put("/c", 60);
  }

  @Test
  void dfShowsTheQuota() throws Exception {
    Actor alice = alice().put("/a", 60);
    var space = alice.files().space(Actor.path("/"));
    assertThat(space.totalBytes()).isEqualTo(100);
    assertThat(space.freeBytes()).isEqualTo(40);
    assertThat(space.totalFiles()).isEqualTo(5);
    assertThat(space.freeFiles()).isEqualTo(4);
  }

  @Test
  void specialFilesCountAsNames() throws Exception {
    Actor alice = alice();
    cluster.memoryStore("main", "acme").plantSpecial(StoreKey.ofPlace("alice/pipe"));
    process.quota().recounter().recount(scope("alice"));
    uses(0, 1);
    alice.rm("/pipe");
    uses(0, 0);
  }

  private long scope(String path) {
    return cluster
        .jdbc()
        .sql("select id from quota_scope where path = ?")
        .param(path)
        .query((row, n) -> row.getLong(1))
        .single();
  }
}
