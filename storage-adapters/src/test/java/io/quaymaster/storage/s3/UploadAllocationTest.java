package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.MIB;
import static io.quaymaster.storage.s3.BucketStore.aside;
import static io.quaymaster.storage.s3.BucketStore.begin;
import static io.quaymaster.storage.s3.BucketStore.bytes;
import static io.quaymaster.storage.s3.BucketStore.holds;
import static io.quaymaster.storage.s3.BucketStore.key;
import static io.quaymaster.storage.s3.BucketStore.publish;
import static io.quaymaster.storage.s3.BucketStore.put;
import static io.quaymaster.storage.s3.BucketStore.resume;
import static io.quaymaster.storage.s3.BucketStore.write;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.OpenFile;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What uploads allocate beside the memory that is counted: nothing that grows with their bytes. The
 * counted pieces are recycled, so that they are allocated before a test begins.
 */
class UploadAllocationTest {
  /** For requests, of which there are a few. */
  private static final long LITTLE = 2 * MIB;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private final BucketStore it = new BucketStore(S3Server.Backend.FILES, S3Limits.DEFAULTS);
  private final S3FileStore store = it.store;

  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  /** Once to load classes, then measured. */
  private static void allocatesLittle(Work first, Work second) throws Exception {
    first.run();
    long before = THREADS.getCurrentThreadAllocatedBytes();
    second.run();
    assertThat(THREADS.getCurrentThreadAllocatedBytes() - before).isLessThan(LITTLE);
  }

  @BeforeEach
  void fillTheShelf() throws Exception {
    byte[] data = bytes(7 * MIB, 70);
    for (int i = 0; i < 4; i++) {
      write(begin(store, "warm" + i), data, 0, data.length);
    }
    for (int i = 0; i < 4; i++) {
      store.remove(aside("warm" + i));
    }
  }

  @AfterEach
  void close() {
    it.close();
  }

  @Test
  void theEndOfAFileIsFetchedIntoCountedMemory() throws Exception {
    byte[] data = bytes(20 * MIB, 71);
    put(store, "edit", data);
    ByteBuffer change = ByteBuffer.wrap(new byte[] {1, 2, 3});
    OpenFile first = store.open(key("edit"), Access.READ_WRITE);
    OpenFile second = store.open(key("edit"), Access.READ_WRITE);
    allocatesLittle(
        () -> first.write(13 * MIB, change.duplicate()),
        () -> second.write(13 * MIB, change.duplicate()));
    first.preserve();
    first.close();
    second.close();
    change.get(data, 13 * MIB, 3);
    holds(store, "edit", data);
  }

  @Test
  void aFileIsLengthenedOutOfCountedMemory() throws Exception {
    OpenFile first = begin(store, "longer");
    OpenFile second = begin(store, "again");
    allocatesLittle(() -> first.setSize(4 * MIB), () -> second.setSize(4 * MIB));
    first.close();
    second.close();
    publish(store, "longer");
    publish(store, "again");
    holds(store, "again", new byte[4 * MIB]);
  }

  @Test
  void bytesOfAnUploadAreCopiedALittleAtATime() throws Exception {
    byte[] data = bytes(7 * MIB, 72);
    OpenFile source = store.createAside(aside("s"), key("s"), Access.READ_WRITE, 0640);
    write(source, data, 0, data.length);
    OpenFile first = begin(store, "first");
    OpenFile second = begin(store, "second");
    allocatesLittle(
        () -> source.copyTo(first, 0, 0, data.length),
        () -> source.copyTo(second, 0, 0, data.length));
    for (OpenFile each : new OpenFile[] {source, first, second}) {
      each.close();
    }
    publish(store, "second");
    holds(store, "second", data);
    store.remove(aside("s"));
    store.remove(aside("first"));
  }

  /** Less than a part comes back from the records a piece at a time. */
  @Test
  void whatIsKeptIsReadIntoCountedMemory() throws Exception {
    byte[] data = bytes(13 * MIB - 1, 73);
    OpenFile broken = begin(store, "kept");
    write(broken, data, 0, data.length);
    broken.preserve();
    broken.close();
    assertThat(it.stores.memoryInUse()).isZero();
    try (S3FileStore other = it.replica()) {
      List<OpenFile> again = new ArrayList<>();
      allocatesLittle(
          () -> again.add(resume(other, "kept")), () -> again.add(resume(store, "kept")));
      other.remove(aside("kept"));
      store.remove(aside("kept"));
    }
  }
}
