package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.NOT_FOUND;
import static io.quaymaster.files.FileStoreFixture.fails;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.files.FileName;
import io.quaymaster.files.Listing;
import io.quaymaster.files.StoreKey;
import java.nio.ByteBuffer;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Partial uploads that nobody goes on with are removed as their owner would, uploads or not. */
class PartialSweepTest {
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void whatIsSweptIsFreeWhereverItLay(boolean uploads) throws Exception {
    try (TestCluster cluster = TestCluster.open()) {
      if (uploads) {
        cluster.storeOfUploads("main", "acme");
      }
      TestAccount outer = cluster.account("alice@acme").home("main", "a");
      TestAccount inner = cluster.account("bob@acme").home("main", "a/b").publishesOnClose();
      TestProcess process = cluster.process();
      Actor bob = process.as("bob@acme").put("/kept", 5);
      AccountFile upload = bob.open("/in.csv", OpenRequest.replace(0666));
      upload.write(0, ByteBuffer.allocate(60));

      StoreKey partial = partialIn(cluster, inner.root());
      assertThat(sweep(process, inner, partial)).as("in use").isFalse();
      assertThat(bob.stat("/in.csv").sizeBytes()).isEqualTo(60);
      bob.close();
      process.settle();
      assertThat(outer.usage().bytes()).isEqualTo(65);
      assertThat(outer.usage().files()).isEqualTo(2);

      assertThat(sweep(process, inner, partial)).isTrue();

      process.settle();
      TestCluster.Usage before = new TestCluster.Usage(5, 0, 1, 0);
      assertThat(inner.usage()).isEqualTo(before);
      assertThat(outer.usage()).isEqualTo(before);
      assertThat(cluster.tenantUsage("acme")).isEqualTo(before);
      assertThat(sweep(process, inner, partial)).as("gone already").isFalse();
      Actor again = process.as("bob@acme");
      fails(() -> again.stat("/in.csv"), NOT_FOUND);
      StoreKey complete = inner.root().child(new FileName("kept"));
      assertThatThrownBy(() -> sweep(process, inner, complete))
          .isInstanceOf(IllegalArgumentException.class);
      assertThat(again.stat("/kept").sizeBytes()).isEqualTo(5);
      again.close();
      cluster.isExact();
    }
  }

  private static StoreKey partialIn(TestCluster cluster, StoreKey home) throws Exception {
    try (Listing listing = cluster.memoryStore("main", "acme").list(home)) {
      return home.child(Objects.requireNonNull(listing.next()).name());
    }
  }

  private static boolean sweep(TestProcess process, TestAccount owner, StoreKey partial)
      throws Exception {
    return process.engine().removePartial(owner.tenantId(), owner.storeId(), partial);
  }
}
