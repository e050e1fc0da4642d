package io.quaymaster.accountfiles;

import static io.quaymaster.files.FileFailure.Kind.INVALID_HANDLE;
import static io.quaymaster.files.FileFailure.Kind.SESSION_ENDED;

import io.quaymaster.files.FileContentContract;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.FileStoreFixture;
import io.quaymaster.files.MemoryFileStore;
import io.quaymaster.files.NameContract;
import io.quaymaster.files.OpenFile;
import io.quaymaster.files.RenameContract;
import io.quaymaster.files.StoreKey;
import io.quaymaster.files.UploadContract;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * The whole stack keeps what a store promises. Not what it says of links: an account follows them
 * (see {@link LinksTest}).
 */
class AccountFilesContractTest
    implements FileContentContract, UploadContract, NameContract, RenameContract {
  static TestCluster cluster;
  private static TestProcess process;
  private static int accounts;

  private String home;
  private AccountFilesStore store;

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
    home = "account" + accounts++;
    String login = home + "@" + tenant();
    cluster.account(login).umask(0);
    Actor actor = process.as(login);
    store = new AccountFilesStore(actor.files(), below(), home);
  }

  @AfterEach
  void close() {
    store.close();
  }

  /** Whose store {@code main} the account's home lies in. */
  String tenant() {
    return "acme";
  }

  private MemoryFileStore below() {
    return cluster.memoryStore("main", tenant());
  }

  @Override
  public boolean showsOwnUploads() {
    return true;
  }

  @Override
  public FileStore store() {
    return store;
  }

  /** A store's files outlive it; a session's do not. */
  @Override
  @Test
  public void openFilesOutliveTheStore() throws Exception {
    put("f", "still here");
    OpenFile file = store.open(FileStoreFixture.key("f"), FileStore.Access.READ);
    store.close();
    FileStoreFixture.fails(() -> FileStoreFixture.read(file, 0, 100), INVALID_HANDLE);
    FileStoreFixture.fails(file::close, INVALID_HANDLE);
    FileStoreFixture.fails(() -> put("g", ""), SESSION_ENDED);
  }

  @Override
  public int longestKeyBytes() {
    return 4_000;
  }

  @Override
  public Optional<String> plantSpecial(StoreKey key) throws FileFailure {
    StoreKey at = StoreKey.ofPlace(home);
    for (String name : key.byteText().split("/", -1)) {
      at = at.child(new FileName(name));
    }
    below().plantSpecial(at);
    // Behind the gateway's back, so its name is not counted yet.
    long scope =
        cluster
            .jdbc()
            .sql("select id from quota_scope where path = ?")
            .param(home)
            .query((row, n) -> row.getLong(1))
            .single();
    process.quota().recounter().recount(scope);
    return Optional.empty();
  }
}
