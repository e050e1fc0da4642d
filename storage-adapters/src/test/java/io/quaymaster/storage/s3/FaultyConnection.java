package io.quaymaster.storage.s3;

import io.quaymaster.storage.s3.Http1.Head;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** One client's connection to a {@link FaultProxy}, and the proxy's own to the server. */
final class FaultyConnection {
  private static final String SLOW_DOWN =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>\
      """;

  private static final String DENIED =
      """
      <?xml version="1.0" encoding="UTF-8"?>
      <Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>\
      """;

  private final FaultProxy proxy;
  private final Socket client;
  private final URI server;
  private final Executor threads;
  private volatile @Nullable Socket upstream;

  FaultyConnection(FaultProxy proxy, Socket client, URI server, Executor threads) {
    this.proxy = proxy;
    this.client = client;
    this.server = server;
    this.threads = threads;
  }

  /** Serves requests until one of the three goes. */
  void run() {
    try {
      client.setTcpNoDelay(true);
      serveAll();
    } catch (IOException | UncheckedIOException _) {
      // A fault, or the client or the server has gone: all that is left is to tell the other one.
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      reset();
    }
  }

  /** Ends both connections at once, with a reset where the peer has not closed by itself. */
  void reset() {
    reset(client);
    Socket other = upstream;
    if (other != null) {
      reset(other);
    }
  }

  private static void reset(Socket socket) {
    try (socket) {
      socket.setSoLinger(true, 0);
    } catch (IOException _) {
      // It is closed already.
    }
  }

  private void serveAll() throws IOException, InterruptedException {
    InputStream fromClient = new BufferedInputStream(client.getInputStream(), 1 << 16);
    Head request = Http1.readHead(fromClient);
    boolean open = true;
    while (open && request != null) {
      Fault fault = proxy.faultFor(request.firstLine());
      open =
          switch (fault) {
            case Fault.SlowDown() -> answer(request, fromClient, "503 Slow Down", SLOW_DOWN);
            case Fault.Deny() -> answer(request, fromClient, "403 Forbidden", DENIED);
            case Fault.BlackHole() -> swallow(fromClient);
            case null, default -> exchange(request, fromClient, fault);
          };
      request = open ? Http1.readHead(fromClient) : null;
    }
    if (request == null) {
      client.shutdownOutput();
    }
  }

  private boolean answer(Head request, InputStream fromClient, String status, String body)
      throws IOException {
    OutputStream toClient = client.getOutputStream();
    if (request.has("Expect", "100-continue")) {
      toClient.write("HTTP/1.1 100 Continue\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
    }
    Http1.passRequestBody(request, fromClient, (_, _) -> {});
    boolean bodiless = request.method().equals("HEAD");
    Http1.answer(toClient, status, "application/xml", bodiless ? "" : body);
    return true;
  }

  private static boolean swallow(InputStream fromClient) throws IOException {
    fromClient.transferTo(OutputStream.nullOutputStream());
    return false;
  }

  /** Passes a request on and its response back; says whether another one may follow. */
  private boolean exchange(Head request, InputStream fromClient, @Nullable Fault fault)
      throws IOException, InterruptedException {
    if (fault instanceof Fault.Delay(Duration by)) {
      Thread.sleep(by);
    }
    Socket toServer = connect();
    CompletableFuture<Void> sent =
        CompletableFuture.runAsync(() -> send(request, fromClient, toServer, fault), threads);
    boolean mayFollow = receive(request, toServer, fault);
    join(sent);
    return mayFollow;
  }

  private Socket connect() throws IOException {
    Socket open = upstream;
    if (open == null) {
      open = new Socket(server.getHost(), server.getPort());
      open.setTcpNoDelay(true);
      upstream = open;
    }
    return open;
  }

  private void send(Head request, InputStream fromClient, Socket toServer, @Nullable Fault fault) {
    try {
      OutputStream out = new WhileWanted(toServer.getOutputStream());
      out.write(request.raw());
      Http1.passRequestBody(request, fromClient, harming(out, requestHarm(fault)));
    } catch (IOException failure) {
      reset();
      throw new UncheckedIOException(failure);
    }
  }

  /**
   * A server that refuses a request early closes its side. What it does not want any more is read
   * from the client all the same: a client that is cut off while it sends does not see the refusal.
   */
  private static final class WhileWanted extends OutputStream {
    private final OutputStream server;
    private boolean wanted = true;

    WhileWanted(OutputStream server) {
      this.server = server;
    }

    @Override
    public void write(int single) {
      write(new byte[] {(byte) single}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int from, int length) {
      try {
        if (wanted) {
          server.write(bytes, from, length);
        }
      } catch (IOException _) {
        wanted = false;
      }
    }
  }

  private static void join(CompletableFuture<Void> sent) throws IOException {
    try {
      sent.join();
    } catch (CompletionException failure) {
      throw new IOException(failure);
    }
  }

  private boolean receive(Head request, Socket toServer, @Nullable Fault fault) throws IOException {
    InputStream fromServer = new BufferedInputStream(toServer.getInputStream(), 1 << 16);
    OutputStream toClient = client.getOutputStream();
    Head response = responseHead(fromServer);
    while (response.status() < 200) {
      toClient.write(response.raw());
      response = responseHead(fromServer);
    }
    if (fault instanceof Fault.LoseResponse) {
      // Some servers begin to answer before they are done.
      Http1.passResponseBody(request, response, fromServer, (_, _) -> {});
      throw new IOException("the response is lost");
    }
    toClient.write(response.raw());
    Http1.passResponseBody(request, response, fromServer, harming(toClient, responseHarm(fault)));
    return !Http1.closes(request, response);
  }

  private static Head responseHead(InputStream fromServer) throws IOException {
    Head head = Http1.readHead(fromServer);
    if (head == null) {
      throw new IOException("the server closed the connection");
    }
    return head;
  }

  /** What happens to a body: cut after, corrupted at, dripping with; -1 where it is not. */
  private record Harm(long cutAfter, long corruptAt, int bytesPerSecond) {
    static final Harm NONE = new Harm(-1, -1, -1);
  }

  private static Harm requestHarm(@Nullable Fault fault) {
    return switch (fault) {
      case Fault.CutRequest(long afterBytes) -> new Harm(afterBytes, -1, -1);
      case Fault.CorruptRequest(long offset) -> new Harm(-1, offset, -1);
      case Fault.DripRequest(int bytesPerSecond) -> new Harm(-1, -1, bytesPerSecond);
      case null, default -> Harm.NONE;
    };
  }

  private static Harm responseHarm(@Nullable Fault fault) {
    return switch (fault) {
      case Fault.CutResponse(long afterBytes) -> new Harm(afterBytes, -1, -1);
      case Fault.CorruptResponse(long offset) -> new Harm(-1, offset, -1);
      case Fault.DripResponse(int bytesPerSecond) -> new Harm(-1, -1, bytesPerSecond);
      case null, default -> Harm.NONE;
    };
  }

  private static Http1.Sink harming(OutputStream out, Harm harm) {
    long[] passed = new long[1];
    return (bytes, length) -> {
      long at = harm.corruptAt() - passed[0];
      if (at >= 0 && at < length) {
        bytes[(int) at] ^= 1;
      }
      long before = passed[0];
      passed[0] += length;
      if (harm.cutAfter() >= 0 && passed[0] > harm.cutAfter()) {
        out.write(bytes, 0, (int) (harm.cutAfter() - before));
        throw new IOException("cut");
      }
      if (harm.bytesPerSecond() > 0) {
        drip(out, bytes, length, harm.bytesPerSecond());
      } else {
        out.write(bytes, 0, length);
      }
    };
  }

  private static void drip(OutputStream out, byte[] bytes, int length, int bytesPerSecond)
      throws IOException {
    int drop = Math.max(1, bytesPerSecond / 20);
    for (int from = 0; from < length; from += drop) {
      int size = Math.min(drop, length - from);
      out.write(bytes, from, size);
      try {
        Thread.sleep(Duration.ofNanos(size * 1_000_000_000L / bytesPerSecond));
      } catch (InterruptedException interrupted) {
        Thread.currentThread().interrupt();
        throw new IOException(interrupted);
      }
    }
  }
}
