package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.UNSUPPORTED;
import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.files.FileStoreFixture.key;
import static io.quaymaster.files.FileStoreFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The whole stack keeps what a store of uploads promises: accounts with their homes in one. */
class AccountFilesOfUploadsContractTest extends AccountFilesContractTest {
  @BeforeAll
  static void makeStore() {
    cluster.storeOfUploads("main", "bucket");
  }

  @Override
  String tenant() {
    return "bucket";
  }

  @Override
  public boolean keepsIdentityOverRename() {
    return false;
  }

  /** Nor does an account lose it; but what lacks something is not shown to others as complete. */
  @Override
  @Test
  public void whatIsRefusedElsewhereLosesNothing() throws Exception {
    OpenFile file = store().create(key("a"), Access.WRITE, 0644);
    write(file, 0, "abc");
    fails(() -> write(file, 5L << 30, "x"), UNSUPPORTED);
    fails(file::close, UNSUPPORTED);
    OpenFile resumed = store().open(key("a"), Access.WRITE);
    assertThat(resumed.attributes().sizeBytes()).isEqualTo(3);
    write(resumed, 3, "def");
    resumed.close();
    assertThat(get("a")).isEqualTo("abcdef");
  }
}
