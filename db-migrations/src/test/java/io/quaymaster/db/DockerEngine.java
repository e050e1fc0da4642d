package io.quaymaster.db;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A look at the Docker engine's socket, before anything of Testcontainers is touched: that would
 * spend seconds where there is no engine, and minutes inside a container without a registry.
 */
final class DockerEngine {
  private static final long ANSWER_LIMIT_SECONDS = 5;

  private DockerEngine() {}

  /** Whether an engine answers that holds the image, so that nothing need be pulled. */
  static boolean canStart(String image) {
    SocketAddress address = address();
    if (address == null || wouldSearchForItsHost()) {
      return false;
    }
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      var answer = executor.submit(() -> hasImage(address, image));
      try {
        return answer.get(ANSWER_LIMIT_SECONDS, TimeUnit.SECONDS);
      } catch (Exception noEngine) {
        answer.cancel(true);
        return false;
      }
    }
  }

  /** Inside a container Testcontainers pulls an image to find its host, unless it is told. */
  private static boolean wouldSearchForItsHost() {
    return Files.exists(Path.of("/.dockerenv"))
        && System.getenv("TESTCONTAINERS_HOST_OVERRIDE") == null;
  }

  private static @Nullable SocketAddress address() {
    String host = System.getenv("DOCKER_HOST");
    URI uri = URI.create(host == null || host.isBlank() ? "unix:///var/run/docker.sock" : host);
    if ("unix".equals(uri.getScheme())) {
      Path socket = Path.of(uri.getPath());
      return Files.exists(socket) ? UnixDomainSocketAddress.of(socket) : null;
    }
    return "tcp".equals(uri.getScheme())
        ? new InetSocketAddress(uri.getHost(), uri.getPort())
        : null;
  }

  private static boolean hasImage(SocketAddress address, String image) throws IOException {
    try (SocketChannel channel = SocketChannel.open(address)) {
      String request = "GET /images/" + image + "/json HTTP/1.0\r\nHost: docker\r\n\r\n";
      channel.write(ByteBuffer.wrap(request.getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer status = ByteBuffer.allocate("HTTP/1.0 200".length());
      while (status.hasRemaining() && channel.read(status) >= 0) {
        // an engine that hangs is cut off by the caller
      }
      String line = new String(status.array(), 0, status.position(), StandardCharsets.US_ASCII);
      return line.endsWith(" 200");
    }
  }
}
