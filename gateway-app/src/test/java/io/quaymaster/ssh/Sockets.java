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
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Plain connections to a gateway, from any of this machine's addresses. */
final class Sockets {
  private static final int PATIENCE_MILLIS = 60_000;
  private static final List<Path> TABLES =
      List.of(Path.of("/proc/self/net/tcp"), Path.of("/proc/self/net/tcp6"));

  /** ESTABLISHED and CLOSE_WAIT of the kernel's tcp_states.h. */
  private static final Set<String> NOT_CLOSED = Set.of("01", "08");

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

  /** Connections to a gateway that its side has not closed. */
  static long open(TestGateway gateway) throws IOException {
    String port = ":%04X".formatted(gateway.port());
    long open = 0;
    for (Path table : TABLES) {
      try (Stream<String> lines = Files.lines(table)) {
        open += lines.map(String::strip).filter(line -> isOpen(line.split(" +"), port)).count();
      }
    }
    return open;
  }

  /** proc_pid_net(5): the second column is the local address, the fourth the state. */
  private static boolean isOpen(String[] columns, String port) {
    return columns[1].endsWith(port) && NOT_CLOSED.contains(columns[3]);
  }
}
