package io.quaymaster.files;

import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.files.FileStoreFixture.key;
import static io.quaymaster.files.FileStoreFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The model keeps the contract, and fails as it is told. */
class MemoryFileStoreTest implements FileStoreContract {
  private final MemoryFileStore store = new MemoryFileStore();

  @Override
  public FileStore store() {
    return store;
  }

  @Override
  public Optional<String> plantSpecial(StoreKey key) throws FileFailure {
    store.plantSpecial(key);
    return Optional.empty();
  }

  @Test
  void aFullStoreTakesWhatFits() throws Exception {
    store.faults().capacity(10);
    OpenFile file = store.create(key("f"), Access.READ_WRITE, 0644);
    write(file, 0, "0123456");
    fails(() -> write(file, 5, "56789x"), Kind.STORE_FULL);
    assertThat(get("f")).isEqualTo("0123456789");
    fails(() -> file.setSize(11), Kind.STORE_FULL);
    write(file, 0, "abcdefghij");
    store.remove(key("f"));
    assertThat(store.heldBytes()).isEqualTo(10);
    file.close();
    assertThat(store.heldBytes()).isZero();
    assertThat(store.openFiles()).isZero();
  }

  @Test
  void writesFailHalfWayWhenTold() throws Exception {
    OpenFile file = store.create(key("f"), Access.READ_WRITE, 0644);
    store.faults().failWrites(3, Kind.STORE_ERROR);
    fails(() -> write(file, 0, "abcdef"), Kind.STORE_ERROR);
    assertThat(get("f")).isEqualTo("abc");
    fails(() -> write(file, 3, "d"), Kind.STORE_ERROR);
    store.faults().heal();
    write(file, 3, "def");
    store.faults().failSyncs(Kind.STORE_ERROR);
    fails(file::sync, Kind.STORE_ERROR);
    store.faults().failCloses(Kind.STORE_FULL);
    fails(file::close, Kind.STORE_FULL);
    assertThat(store.openFiles()).isZero();
  }
}
