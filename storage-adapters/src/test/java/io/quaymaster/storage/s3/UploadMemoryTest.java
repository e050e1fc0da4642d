package io.quaymaster.storage.s3;

import static io.quaymaster.storage.s3.BucketStore.MIB;
import static io.quaymaster.storage.s3.BucketStore.begin;
import static io.quaymaster.storage.s3.BucketStore.bytes;
import static io.quaymaster.storage.s3.BucketStore.holds;
import static io.quaymaster.storage.s3.BucketStore.publish;
import static io.quaymaster.storage.s3.BucketStore.put;
import static io.quaymaster.storage.s3.BucketStore.write;
import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.OpenFile;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Many uploads in little memory: all go on, none holds what others need. */
@Timeout(120)
class UploadMemoryTest {
  private static final long MEMORY = 16L * MIB;
  private static final S3Limits TIGHT =
      new S3Limits(MEMORY, 12L * MIB, 16L * MIB, 4L * MIB, Duration.ofSeconds(60));

  private final BucketStore it = new BucketStore(S3Server.Backend.FILES, TIGHT);
  private final S3FileStore store = it.store;

  @AfterEach
  void close() {
    it.close();
  }

  @Test
  void tenUploadsShareMemoryForThree() throws Exception {
    try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<byte[]>> uploads = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        int number = i;
        uploads.add(
            clients.submit(
                () -> {
                  byte[] data = bytes(9 * MIB + number, 30 + number);
                  put(store, "f" + number, data);
                  return data;
                }));
      }
      for (Future<byte[]> upload : uploads) {
        upload.get();
      }
      assertThat(it.counts.mostMemory.get()).isLessThanOrEqualTo(MEMORY);
      for (int i = 0; i < uploads.size(); i++) {
        holds(store, "f" + i, uploads.get(i).get());
      }
    }
  }

  @Test
  void whoIsIdleGivesItsMemoryToWhoIsNot() throws Exception {
    byte[] data = bytes(10 * MIB, 40);
    List<OpenFile> idle = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      OpenFile file = begin(store, "idle" + i);
      write(file, data, 0, 4 * MIB);
      idle.add(file);
    }
    put(store, "busy", data);
    for (int i = 0; i < idle.size(); i++) {
      write(idle.get(i), data, 4 * MIB, data.length);
      idle.get(i).close();
      publish(store, "idle" + i);
    }
    assertThat(it.counts.mostMemory.get()).isLessThanOrEqualTo(MEMORY);
    holds(store, "busy", data);
    for (int i = 0; i < idle.size(); i++) {
      holds(store, "idle" + i, data);
    }
  }
}
