package io.quaymaster.storage.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * s3mock as a process of its own, for the one thing that s3proxy does not do: it answers with the
 * checksums of what it has. It checks no signatures, and its conditional writes are not atomic.
 * Takes 5 s to start. Threads: any.
 */
public final class S3MockServer implements AutoCloseable {
  private static final String MEMORY_LIMIT = "-Xmx256m";
  private static final Pattern ANNOUNCEMENT =
      Pattern.compile("Tomcat started on ports \\d+ \\(https\\), (\\d+) \\(http\\)");

  private final Path folder;
  private final ServerProcess process;
  private final S3Client client;

  private S3MockServer(Path folder, ServerProcess process) {
    this.folder = folder;
    this.process = process;
    this.client = RawClients.to(process.endpoint(), "any", "any", true).build();
  }

  public static S3MockServer start() {
    try {
      Path folder = Files.createTempDirectory(ServerProcess.folder(), "s3mock-");
      return new S3MockServer(
          folder,
          ServerProcess.start(
              "s3mock.jar",
              List.of(
                  MEMORY_LIMIT,
                  "-XX:TieredStopAtLevel=1",
                  "-Djava.io.tmpdir=" + folder,
                  "-Dserver.address=127.0.0.1",
                  "-Dserver.port=0",
                  "-Dcom.adobe.testing.s3mock.httpPort=0"),
              List.of(),
              ANNOUNCEMENT));
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  public URI endpoint() {
    return process.endpoint();
  }

  /** For a look behind the adapter's back; closed with the server. */
  public S3Client client() {
    return client;
  }

  @Override
  public void close() {
    client.close();
    process.close();
    ServerProcess.remove(folder);
  }
}
