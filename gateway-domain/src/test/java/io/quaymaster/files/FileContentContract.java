package io.quaymaster.files;

import static io.quaymaster.files.FileStoreFixture.bytes;
import static io.quaymaster.files.FileStoreFixture.fails;
import static io.quaymaster.files.FileStoreFixture.key;
import static io.quaymaster.files.FileStoreFixture.read;
import static io.quaymaster.files.FileStoreFixture.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

/**
 * What an open file does. Part of {@link FileStoreContract}. What only a store can do that writes
 * anywhere has its other half in {@link UploadContract}.
 */
public interface FileContentContract extends FileStoreFixture {
  private void needsWritesAnywhere() {
    assumeTrue(store().capabilities().writesAnywhere(), "this store takes uploads");
  }

  @Test
  default void whatIsWrittenIsRead() throws Exception {
    put("a", "hello");
    assertThat(get("a")).isEqualTo("hello");
    FileAttributes attributes = store().attributes(key("a"));
    assertThat(attributes.isFile()).isTrue();
    assertThat(attributes.sizeBytes()).isEqualTo(5);
    assertThat(attributes.links()).isEqualTo(1);
  }

  @Test
  default void anEmptyFileIsAFile() throws Exception {
    put("empty", "");
    assertThat(store().attributes(key("empty")).sizeBytes()).isZero();
    assertThat(get("empty")).isEmpty();
  }

  @Test
  default void readsStopAtTheEnd() throws Exception {
    put("a", "0123456789");
    OpenFile file = store().open(key("a"), Access.READ);
    assertThat(read(file, 4, 3)).isEqualTo("456");
    assertThat(read(file, 8, 100)).isEqualTo("89");
    assertThat(read(file, 10, 100)).isEmpty();
    assertThat(read(file, Long.MAX_VALUE, 100)).isEmpty();
    assertThat(read(file, 3, 0)).isEmpty();
    file.close();
  }

  @Test
  default void everyKindOfBufferCarriesBytes() throws Exception {
    byte[] data = new byte[300_000];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i * 31 + i / 251);
    }
    ByteBuffer direct = ByteBuffer.allocateDirect(data.length + 7).position(7).put(data).flip();
    ByteBuffer heap = ByteBuffer.wrap(data);
    OpenFile written = store().create(key("a"), Access.WRITE, 0644);
    written.write(0, direct.position(7));
    written.write(data.length, heap.asReadOnlyBuffer());
    written.write(2L * data.length, heap.slice(100, 1000));
    written.close();
    OpenFile file = store().open(key("a"), Access.READ);
    ByteBuffer back = ByteBuffer.allocateDirect(2 * data.length + 1000);
    assertThat(file.read(0, back)).isEqualTo(back.capacity());
    assertThat(back.slice(0, data.length)).isEqualTo(heap);
    assertThat(back.slice(data.length, data.length)).isEqualTo(heap);
    assertThat(back.slice(2 * data.length, 1000)).isEqualTo(heap.slice(100, 1000));
    ByteBuffer part = ByteBuffer.allocate(data.length + 5).position(5);
    assertThat(file.read(data.length, part)).isEqualTo(data.length);
    assertThat(part.slice(5, data.length)).isEqualTo(heap);
    file.close();
  }

  @Test
  default void overwritesInPlace() throws Exception {
    needsWritesAnywhere();
    put("a", "0123456789");
    OpenFile file = store().open(key("a"), Access.READ_WRITE);
    write(file, 3, "xyz");
    assertThat(read(file, 0, 100)).isEqualTo("012xyz6789");
    file.close();
  }

  @Test
  default void aGapReadsAsZeros() throws Exception {
    needsWritesAnywhere();
    OpenFile file = store().create(key("sparse"), Access.READ_WRITE, 0644);
    long far = (5L << 30) + 17;
    write(file, far, "end");
    assertThat(file.attributes().sizeBytes()).isEqualTo(far + 3);
    assertThat(read(file, far - 4, 100)).isEqualTo("\0\0\0\0end");
    assertThat(read(file, 0, 3)).isEqualTo("\0\0\0");
    file.close();
  }

  @Test
  default void theSizeIsSetBothWays() throws Exception {
    needsWritesAnywhere();
    put("a", "0123456789");
    OpenFile file = store().open(key("a"), Access.READ_WRITE);
    file.setSize(4);
    assertThat(read(file, 0, 100)).isEqualTo("0123");
    file.setSize(7);
    assertThat(read(file, 0, 100)).isEqualTo("0123\0\0\0");
    file.setSize(0);
    assertThat(file.attributes().sizeBytes()).isZero();
    fails(() -> file.setSize(-1), Kind.INVALID_ARGUMENT);
    file.close();
    assertThat(store().attributes(key("a")).sizeBytes()).isZero();
  }

  @Test
  default void aNegativeOffsetIsRefused() throws Exception {
    OpenFile file = store().create(key("a"), Access.READ_WRITE, 0644);
    fails(() -> write(file, -1, "x"), Kind.INVALID_ARGUMENT);
    fails(() -> read(file, -1, 1), Kind.INVALID_ARGUMENT);
    fails(() -> write(file, Long.MAX_VALUE, "x"), Kind.INVALID_ARGUMENT, Kind.FILE_TOO_LARGE);
    assertThat(file.attributes().sizeBytes()).isZero();
    file.close();
  }

  @Test
  default void anOpenFileDoesWhatItWasOpenedFor() throws Exception {
    put("a", "text");
    OpenFile reader = store().open(key("a"), Access.READ);
    fails(() -> write(reader, 0, "x"), Kind.INVALID_HANDLE);
    // The files of an account speak as ftruncate(2), which has EINVAL for it.
    fails(() -> reader.setSize(0), Kind.INVALID_HANDLE, Kind.INVALID_ARGUMENT);
    reader.close();
    OpenFile writer = store().open(key("a"), Access.WRITE);
    fails(() -> read(writer, 0, 4), Kind.INVALID_HANDLE);
    writer.close();
    assertThat(get("a")).isEqualTo("text");
  }

  @Test
  default void aClosedFileDoesNothing() throws Exception {
    OpenFile file = store().create(key("a"), Access.READ_WRITE, 0644);
    file.sync();
    file.close();
    fails(() -> read(file, 0, 1), Kind.INVALID_HANDLE);
    fails(() -> write(file, 0, "x"), Kind.INVALID_HANDLE);
    fails(() -> file.setSize(1), Kind.INVALID_HANDLE);
    fails(file::attributes, Kind.INVALID_HANDLE);
    fails(file::sync, Kind.INVALID_HANDLE);
    fails(file::close, Kind.INVALID_HANDLE);
  }

  @Test
  default void anOpenFileOutlivesItsName() throws Exception {
    needsWritesAnywhere();
    put("a", "kept");
    OpenFile file = store().open(key("a"), Access.READ_WRITE);
    FileAttributes gone = store().remove(key("a"));
    assertThat(gone.links()).isZero();
    assertThat(gone.sizeBytes()).isEqualTo(4);
    assertThat(exists("a")).isFalse();
    put("a", "another");
    write(file, 0, "KEPT");
    file.setSize(3);
    assertThat(read(file, 0, 100)).isEqualTo("KEP");
    assertThat(file.attributes().sizeBytes()).isEqualTo(3);
    assertThat(file.attributes().links()).isZero();
    file.close();
    assertThat(get("a")).isEqualTo("another");
  }

  @Test
  default void anOpenFileFollowsItsNewName() throws Exception {
    needsWritesAnywhere();
    put("a", "one");
    OpenFile file = store().open(key("a"), Access.READ_WRITE);
    store().rename(key("a"), key("b"), false);
    put("a", "two");
    write(file, 0, "ONE");
    AttributeChange change = new AttributeChange(0640, new AttributeChange.Times(1000, 2000));
    if (openFilesKeepTheirAttributes()) {
      file.setAttributes(change);
      assertThat(file.attributes()).isEqualTo(store().attributes(key("b")));
      assertThat(file.attributes().modifiedSeconds()).isEqualTo(2000);
    } else {
      fails(() -> file.setAttributes(change), Kind.UNSUPPORTED);
    }
    file.close();
    assertThat(get("b")).isEqualTo("ONE");
    assertThat(get("a")).isEqualTo("two");
  }

  @Test
  default void copiesRanges() throws Exception {
    needsWritesAnywhere();
    put("from", "0123456789");
    put("to", "abcdefghij");
    OpenFile from = store().open(key("from"), Access.READ);
    OpenFile to = store().open(key("to"), Access.READ_WRITE);
    assertThat(from.copyTo(to, 2, 4, 3)).isEqualTo(3);
    assertThat(read(to, 0, 100)).isEqualTo("abcd234hij");
    assertThat(from.copyTo(to, 8, 0, Long.MAX_VALUE)).isEqualTo(2);
    assertThat(read(to, 0, 100)).isEqualTo("89cd234hij");
    assertThat(from.copyTo(to, 10, 0, 5)).isZero();
    assertThat(from.copyTo(to, 0, 0, 0)).isZero();
    assertThat(from.copyTo(to, 0, 20, 2)).isEqualTo(2);
    assertThat(read(to, 8, 100)).isEqualTo("ij" + "\0".repeat(10) + "01");
    fails(() -> from.copyTo(to, -1, 0, 1), Kind.INVALID_ARGUMENT);
    fails(() -> to.copyTo(from, 0, 0, 1), Kind.INVALID_HANDLE);
    from.close();
    to.close();
  }

  @Test
  default void copiesWithinAFileAndFarOut() throws Exception {
    needsWritesAnywhere();
    OpenFile file = store().create(key("a"), Access.READ_WRITE, 0644);
    long far = (6L << 30) + 5;
    write(file, far, "far away");
    assertThat(file.copyTo(file, far, 10, 8)).isEqualTo(8);
    assertThat(file.copyTo(file, 10, far + 100, 8)).isEqualTo(8);
    assertThat(read(file, 10, 8)).isEqualTo("far away");
    assertThat(read(file, far + 100, 100)).isEqualTo("far away");
    file.close();
  }

  @Test
  default void aCopyLargerThanABufferIsWhole() throws Exception {
    byte[] data = new byte[1_000_003];
    for (int i = 0; i < data.length; i++) {
      data[i] = (byte) (i % 253);
    }
    OpenFile filled = store().create(key("from"), Access.WRITE, 0644);
    filled.write(0, ByteBuffer.wrap(data));
    filled.close();
    OpenFile from = store().open(key("from"), Access.READ);
    OpenFile to = store().create(key("to"), Access.WRITE, 0644);
    assertThat(from.copyTo(to, 0, 0, data.length)).isEqualTo(data.length);
    from.close();
    to.close();
    OpenFile copy = store().open(key("to"), Access.READ);
    ByteBuffer back = ByteBuffer.allocate(data.length);
    assertThat(copy.read(0, back)).isEqualTo(data.length);
    assertThat(back.array()).isEqualTo(data);
    copy.close();
  }

  @Test
  default void bytesOfEveryValueAreKept() throws Exception {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < 256; c++) {
      all.append(c);
    }
    put("bytes", all.toString());
    assertThat(bytes(get("bytes"))).isEqualTo(bytes(all.toString()));
  }
}
