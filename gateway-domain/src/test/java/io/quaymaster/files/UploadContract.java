package io.quaymaster.files;

import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.files.FileStoreFixture.key;
import static io.quaymaster.files.FileStoreFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.FileStore.Measure;
import org.junit.jupiter.api.Test;

/**
 * What is written where a store does not write anywhere: nothing is seen before it is complete, and
 * it goes on at the end only. Part of {@link FileStoreContract}.
 */
public interface UploadContract extends FileStoreFixture {
  private void needsUploads() {
    assumeFalse(store().capabilities().writesAnywhere(), "this store writes anywhere");
  }

  private OpenFile beginAside(String text) throws FileFailure {
    OpenFile upload = store().createAside(key("aside"), key("target"), Access.WRITE, 0644);
    write(upload, 0, text);
    return upload;
  }

  private void publish() throws FileFailure {
    store().publish(key("aside"), key("target"));
  }

  @Test
  default void aNewFileIsSeenWhenItIsClosed() throws Exception {
    needsUploads();
    OpenFile file = store().create(key("a"), Access.WRITE, 0644);
    write(file, 0, "new");
    assertThat(exists("a")).isEqualTo(showsOwnUploads());
    assertThat(file.attributes().sizeBytes()).isEqualTo(3);
    file.close();
    assertThat(get("a")).isEqualTo("new");
    assertThat(names("")).containsExactly("a");
  }

  @Test
  default void theOldContentStandsUntilTheNewIsComplete() throws Exception {
    needsUploads();
    put("a", "old");
    OpenFile file = store().open(key("a"), Access.WRITE);
    file.setSize(0);
    write(file, 0, "another");
    assertThat(get("a")).isEqualTo("old");
    file.close();
    assertThat(get("a")).isEqualTo("another");
    assertThat(store().measure(StoreKey.ROOT)).isEqualTo(new Measure(7, 1, false));
  }

  @Test
  default void whatIsRefusedElsewhereLosesNothing() throws Exception {
    needsUploads();
    put("from", "0123456789");
    OpenFile from = store().open(key("from"), Access.READ);
    OpenFile file = store().create(key("a"), Access.WRITE, 0644);
    write(file, 0, "abc");
    long far = (5L << 30) + 17;
    fails(() -> write(file, far, "x"), Kind.UNSUPPORTED);
    fails(() -> from.copyTo(file, 0, far, 4), Kind.UNSUPPORTED);
    write(file, 3, "def");
    file.close();
    from.close();
    assertThat(get("a")).isEqualTo("abcdef");
  }

  @Test
  default void whatStandsIsAppendedTo() throws Exception {
    needsUploads();
    put("a", "stands");
    OpenFile file = store().open(key("a"), Access.WRITE);
    assertThat(file.attributes().sizeBytes()).isEqualTo(6);
    write(file, 6, " and ");
    write(file, 11, "goes on");
    file.close();
    assertThat(get("a")).isEqualTo("stands and goes on");
  }

  @Test
  default void aFileIsCutToNothing() throws Exception {
    needsUploads();
    put("a", "0123456789");
    OpenFile file = store().open(key("a"), Access.WRITE);
    fails(() -> file.setSize(-1), Kind.INVALID_ARGUMENT);
    file.setSize(10);
    file.setSize(0);
    assertThat(file.attributes().sizeBytes()).isZero();
    file.close();
    assertThat(store().attributes(key("a")).sizeBytes()).isZero();
  }

  @Test
  default void copiesToTheEnd() throws Exception {
    needsUploads();
    put("from", "0123456789");
    put("to", "abc");
    OpenFile from = store().open(key("from"), Access.READ);
    OpenFile to = store().open(key("to"), Access.WRITE);
    assertThat(from.copyTo(to, 2, 3, 3)).isEqualTo(3);
    assertThat(from.copyTo(to, 8, 6, Long.MAX_VALUE)).isEqualTo(2);
    assertThat(from.copyTo(to, 10, 8, 5)).isZero();
    assertThat(from.copyTo(to, 0, 8, 0)).isZero();
    fails(() -> from.copyTo(to, -1, 8, 1), Kind.INVALID_ARGUMENT);
    write(to, 8, "!");
    from.close();
    to.close();
    assertThat(get("to")).isEqualTo("abc23489!");
  }

  @Test
  default void whatIsBegunAsideIsKnownByItsNameUntilItIsPublished() throws Exception {
    needsUploads();
    put("target", "old");
    OpenFile upload = beginAside("new and longer");
    assertThat(exists("aside")).isTrue();
    upload.close();
    assertThat(store().attributes(key("aside")).sizeBytes()).isEqualTo(14);
    assertThat(names("")).containsExactly("aside", "target");
    assertThat(store().measure(StoreKey.ROOT)).isEqualTo(new Measure(17, 2, false));
    assertThat(get("target")).isEqualTo("old");
    publish();
    assertThat(get("target")).isEqualTo("new and longer");
    assertThat(names("")).containsExactly("target");
    assertThat(store().measure(StoreKey.ROOT)).isEqualTo(new Measure(14, 1, false));
  }

  @Test
  default void whatIsKeptIsGoneOnWith() throws Exception {
    needsUploads();
    OpenFile broken = beginAside("first ");
    broken.preserve();
    assertThat(broken.attributes().sizeBytes()).isEqualTo(6);
    broken.close();
    assertThat(store().attributes(key("aside")).sizeBytes()).isEqualTo(6);
    assertThat(exists("target")).isFalse();
    OpenFile resumed = store().open(key("aside"), Access.WRITE);
    assertThat(resumed.attributes().sizeBytes()).isEqualTo(6);
    write(resumed, 6, "second");
    resumed.close();
    publish();
    assertThat(get("target")).isEqualTo("first second");
  }

  @Test
  default void whoOpensAnUploadLastGoesOnWithIt() throws Exception {
    needsUploads();
    OpenFile first = beginAside("abc");
    OpenFile second = store().open(key("aside"), Access.WRITE);
    long kept = second.attributes().sizeBytes();
    assertThat(kept).isLessThanOrEqualTo(3);
    fails(() -> write(first, 3, "lost"), Kind.BUSY, Kind.INVALID_HANDLE);
    second.setSize(0);
    write(second, 0, "mine");
    fails(first::close, Kind.BUSY, Kind.INVALID_HANDLE);
    second.close();
    publish();
    assertThat(get("target")).isEqualTo("mine");
  }

  @Test
  default void anUploadThatIsRemovedDoesNotComeBack() throws Exception {
    needsUploads();
    OpenFile upload = beginAside("abc");
    store().remove(key("aside"));
    assertThat(exists("aside")).isFalse();
    fails(upload::close, Kind.NOT_FOUND, Kind.BUSY, Kind.INVALID_HANDLE);
    fails(this::publish, Kind.NOT_FOUND);
    assertThat(names("")).isEmpty();
    assertThat(store().measure(StoreKey.ROOT)).isEqualTo(new Measure(0, 0, false));
  }

  @Test
  default void whatIsBegunAsideKeepsItsAttributes() throws Exception {
    needsUploads();
    beginAside("abc").close();
    store().setAttributes(key("aside"), new AttributeChange(null, new AttributeChange.Times(5, 6)));
    assertThat(store().attributes(key("aside")).modifiedSeconds()).isEqualTo(6);
    publish();
    assertThat(store().attributes(key("target")).modifiedSeconds()).isEqualTo(6);
  }
}
