package io.quaymaster.ssh;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * A load balancer: passes connections on to a gateway, from an address of its own, each with a
 * header before it. Threads: any.
 */
final class ProxyRelay implements AutoCloseable {
  private final TestGateway gateway;
  private final String address;
  private final ServerSocket server;
  private final List<Socket> open = new CopyOnWriteArrayList<>();
  private volatile byte[] header;

  ProxyRelay(TestGateway gateway, String address, byte[] header) throws IOException {
    this.gateway = gateway;
    this.address = address;
    this.header = header;
    server = new ServerSocket();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    Thread.ofVirtual().name("relay").start(this::accept);
  }

  int port() {
    return server.getLocalPort();
  }

  /** What the next connections begin with. */
  void header(byte[] next) {
    header = next;
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Socket there = Sockets.connect(gateway, address);
        open.add(client);
        open.add(there);
        there.setSoTimeout(0);
        there.getOutputStream().write(header);
        pass(client, there);
        pass(there, client);
      }
    } catch (IOException closed) {
      for (Socket socket : open) {
        close(socket);
      }
    }
  }

  private static void pass(Socket from, Socket to) {
    Thread.ofVirtual()
        .name("relay")
        .start(
            () -> {
              try (InputStream in = from.getInputStream();
                  OutputStream out = to.getOutputStream()) {
                in.transferTo(out);
              } catch (IOException ended) {
                close(from);
              } finally {
                close(to);
              }
            });
  }

  private static void close(Socket socket) {
    try {
      socket.close();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  @Override
  public void close() throws IOException {
    server.close();
    open.forEach(ProxyRelay::close);
  }
}
