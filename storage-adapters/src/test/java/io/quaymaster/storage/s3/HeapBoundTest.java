package io.quaymaster.storage.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * 32 uploads at once within a heap of 512 MiB. With {@code -Dtest.s3.heap=256} each has 256 MiB.
 */
class HeapBoundTest {
  private static final String HEAP = "-Xmx512m";
  private static final int MIB = Integer.getInteger("test.s3.heap", 24);

  @Test
  @Timeout(300)
  void manyUploadsNeedNoMoreMemoryThanIsSaid() throws Exception {
    S3Server server = S3Server.shared();
    String bucket = server.newBucket();
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    HEAP,
                    "-XX:MaxDirectMemorySize=16m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    "-Dlogback.configurationFile="
                        + System.getProperty("logback.configurationFile", ""),
                    ManyUploads.class.getName(),
                    server.endpoint().toString(),
                    server.accessKey(),
                    server.secretKey(),
                    bucket,
                    Integer.toString(MIB)))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("done").doesNotContain("OutOfMemory");
    assertThat(server.client().listObjectsV2(r -> r.bucket(bucket)).contents())
        .hasSize(32)
        .allSatisfy(object -> assertThat(object.size()).isEqualTo((long) MIB << 20));
  }
}
