package io.quaymaster.accountfiles;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.quaymaster.files.FileFailure;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Alice uploads, bob looks into her home, and in the end nothing is counted that is not there. */
abstract class UploadScene {
  /** Opens an upload that broke off, to write. */
  static final OpenRequest RESUME = new OpenRequest(false, true, false, false, false, false, null);

  TestCluster cluster;
  TestProcess process;
  Actor alice;
  Actor bob;

  /** Makes alice's account, and whatever it needs. */
  abstract void makeAlice(TestCluster cluster) throws Exception;

  @BeforeEach
  final void open() throws Exception {
    cluster = TestCluster.open();
    makeAlice(cluster);
    cluster.account("bob@acme").home("main", "alice");
    process = cluster.process();
    alice = process.as("alice@acme");
    bob = process.as("bob@acme");
  }

  @AfterEach
  final void close() throws Exception {
    alice.close();
    bob.close();
    cluster.isExact();
    cluster.close();
  }

  static void write(AccountFile file, long offset, String text) throws FileFailure {
    file.write(offset, ByteBuffer.wrap(text.getBytes(ISO_8859_1)));
  }

  /** Her connection breaks: what she has open ends as aborted, and she comes again. */
  final void breakAndComeAgain() throws FileFailure {
    alice.close();
    alice = process.as("alice@acme");
  }
}
