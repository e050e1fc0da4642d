package io.quaymaster.files;

import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.files.FileStoreFixture.key;
import static io.quaymaster.files.FileStoreFixture.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The contract holds for the model of a bucket, which loses of an upload what it is told to. */
class MemoryFileStoreOfUploadsTest implements FileStoreContract {
  private final MemoryFileStore store = new MemoryFileStore(MemoryFileStore.UPLOADS);

  @Override
  public FileStore store() {
    return store;
  }

  @Override
  public boolean keepsIdentityOverRename() {
    return false;
  }

  @Override
  public Optional<String> plantSpecial(StoreKey key) throws FileFailure {
    store.plantSpecial(key);
    return Optional.empty();
  }

  @AfterEach
  void everythingIsReleased() {
    assertThat(store.openFiles()).isZero();
  }

  private OpenFile upload(String text) throws FileFailure {
    OpenFile upload = store.createAside(key("aside"), key("target"), Access.WRITE, 0644);
    write(upload, 0, text);
    return upload;
  }

  @Test
  void onlyPartOfAnUploadMayBeKept() throws Exception {
    OpenFile upload = upload("0123456789");
    store.faults().failPreserves(Kind.STORE_ERROR, 4);
    fails(upload::preserve, Kind.STORE_ERROR);
    assertThat(upload.attributes().sizeBytes()).isEqualTo(4);
    upload.close();
    assertThat(store.attributes(key("aside")).sizeBytes()).isEqualTo(4);
    assertThat(store.heldBytes()).isEqualTo(4);
  }

  @Test
  void aPublicationMayFailAndLoseWhatWasThere() throws Exception {
    upload("0123456789").close();
    store.faults().failPublishes(Kind.STORE_ERROR, 4);
    fails(() -> store.publish(key("aside"), key("target")), Kind.STORE_ERROR);
    assertThat(store.attributes(key("aside")).sizeBytes()).isEqualTo(4);
    store.faults().failPublishes(Kind.STORE_ERROR, -1);
    fails(() -> store.publish(key("aside"), key("target")), Kind.STORE_ERROR);
    assertThat(names("")).isEmpty();
    assertThat(store.heldBytes()).isZero();
  }

  @Test
  void whatWasNotAsideCannotBeKept() throws Exception {
    OpenFile file = store.create(key("a"), Access.WRITE, 0644);
    write(file, 0, "lost");
    file.preserve();
    assertThat(file.attributes().sizeBytes()).isZero();
    file.close();
    assertThat(names("")).isEmpty();
    assertThat(store.heldBytes()).isZero();
  }
}
