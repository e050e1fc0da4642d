package io.quaymaster.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Plain connections to a gateway, from any of this machine's addresses. */
final class Sockets {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final Path DESCRIPTORS = Path.of("/proc/self/fd");

  private Sockets() {}

  /** All of 127.0.0.0/8 is this machine on Linux. */
  static Socket connect(TestGateway gateway, String from) throws IOException {
    Socket socket = new Socket();
    socket.bind(new InetSocketAddress(InetAddress.ofLiteral(from), 0));
    socket.setSoTimeout(PATIENCE_MILLIS);
    socket.connect(
        new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), gateway.port()), PATIENCE_MILLIS);
    return socket;
  }

  /** Everything that the server says before it closes the connection. */
  static String untilClosed(Socket socket) {
    StringBuilder said = new StringBuilder();
    try (InputStream in = socket.getInputStream()) {
      for (int b = in.read(); b >= 0; b = in.read()) {
        said.append((char) b);
      }
    } catch (SocketTimeoutException open) {
      throw new AssertionError("still open, after: " + said, open);
    } catch (IOException reset) {
      said.append("(reset)");
    }
    return said.toString();
  }

  /** Connects and hears what the server says first: its identification, or a farewell. */
  static String firstLine(Socket socket) throws IOException {
    StringBuilder line = new StringBuilder();
    InputStream in = socket.getInputStream();
    for (int b = in.read(); b >= 0 && b != '\n'; b = in.read()) {
      line.append((char) b);
    }
    return line.toString().strip();
  }

  static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sockets that this process has open, on either side. */
  static long open() throws IOException {
    try (Stream<Path> links = Files.list(DESCRIPTORS)) {
      return links.filter(Sockets::isSocket).count();
    }
  }

  private static boolean isSocket(Path link) {
    try {
      return Files.readSymbolicLink(link).toString().startsWith("socket:");
    } catch (IOException closedMeanwhile) {
      return false;
    }
  }
}
