package io.quaymaster.storage.s3;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** As much of HTTP/1.1 (RFC 9112) as it takes to know where a message ends. */
final class Http1 {
  private static final int LONGEST_HEAD = 1 << 17;

  /** How the end of a body is known. */
  private enum Framing {
    NONE,
    LENGTH,
    CHUNKED,
    UNTIL_CLOSED
  }

  /**
   * First line and headers.
   *
   * @param text as they were received, each byte a character, with the empty line
   */
  record Head(String text) {
    byte[] raw() {
      return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    String firstLine() {
      return text.substring(0, text.indexOf("\r\n"));
    }

    @Nullable String header(String name) {
      return text.lines()
          .skip(1)
          .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
          .map(line -> line.substring(name.length() + 1).strip())
          .findFirst()
          .orElse(null);
    }

    boolean has(String name, String value) {
      String found = header(name);
      return found != null && found.toLowerCase(Locale.ROOT).contains(value);
    }

    int status() {
      return Integer.parseInt(firstLine().split(" ", 3)[1]);
    }

    String method() {
      return text.substring(0, text.indexOf(' '));
    }
  }

  /** What a body's bytes pass through, one stretch after another. */
  interface Sink {
    /** A stretch; the sink may change the bytes. */
    void pass(byte[] bytes, int length) throws IOException;
  }

  private Http1() {}

  /** The next head; null if the peer has closed instead of sending one. */
  static @Nullable Head readHead(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    while (!endsInEmptyLine(text)) {
      int next = in.read();
      if (next < 0) {
        if (text.isEmpty()) {
          return null;
        }
        throw new EOFException("closed within a head");
      }
      text.append((char) next);
      if (text.length() > LONGEST_HEAD) {
        throw new IOException("a head without an end");
      }
    }
    return new Head(text.toString());
  }

  private static boolean endsInEmptyLine(StringBuilder text) {
    int length = text.length();
    return length >= 4 && text.substring(length - 4).equals("\r\n\r\n");
  }

  /** Reads the body of a request and passes it on, framing included. */
  static void passRequestBody(Head request, InputStream in, Sink sink) throws IOException {
    if (request.has("Transfer-Encoding", "chunked")) {
      pass(Framing.CHUNKED, 0, in, sink);
    } else {
      pass(Framing.LENGTH, length(request), in, sink);
    }
  }

  /** Reads the body of a response and passes it on, framing included. */
  static void passResponseBody(Head request, Head response, InputStream in, Sink sink)
      throws IOException {
    pass(framing(request, response), length(response), in, sink);
  }

  /** Whether nothing can follow a response on its connection. */
  static boolean closes(Head request, Head response) {
    return response.has("Connection", "close")
        || framing(request, response) == Framing.UNTIL_CLOSED;
  }

  private static Framing framing(Head request, Head response) {
    boolean bodiless =
        request.method().equals("HEAD") || response.status() == 204 || response.status() == 304;
    if (bodiless) {
      return Framing.NONE;
    }
    if (response.has("Transfer-Encoding", "chunked")) {
      return Framing.CHUNKED;
    }
    return response.header("Content-Length") == null ? Framing.UNTIL_CLOSED : Framing.LENGTH;
  }

  private static long length(Head head) {
    String length = head.header("Content-Length");
    return length == null ? 0 : Long.parseLong(length);
  }

  private static void pass(Framing framing, long length, InputStream in, Sink sink)
      throws IOException {
    switch (framing) {
      case NONE -> {}
      case LENGTH -> passCounted(length, in, sink);
      case CHUNKED -> passChunks(in, sink);
      case UNTIL_CLOSED -> passAll(in, sink);
    }
  }

  private static void passCounted(long length, InputStream in, Sink sink) throws IOException {
    byte[] buffer = new byte[1 << 16];
    long left = length;
    while (left > 0) {
      int count = in.read(buffer, 0, (int) Math.min(buffer.length, left));
      if (count < 0) {
        throw new EOFException("closed within a body");
      }
      sink.pass(buffer, count);
      left -= count;
    }
  }

  private static void passAll(InputStream in, Sink sink) throws IOException {
    byte[] buffer = new byte[1 << 16];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      sink.pass(buffer, count);
    }
  }

  private static void passChunks(InputStream in, Sink sink) throws IOException {
    long size;
    do {
      String line = passLine(in, sink);
      size = Long.parseLong(line.split(";", 2)[0].strip(), 16);
      if (size > 0) {
        passCounted(size + 2, in, sink);
      }
    } while (size > 0);
    while (!passLine(in, sink).isEmpty()) {
      // Trailers are passed on as they are.
    }
  }

  private static String passLine(InputStream in, Sink sink) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("closed within a line");
      }
      line.append((char) next);
    }
    byte[] bytes = (line + "\n").getBytes(StandardCharsets.ISO_8859_1);
    sink.pass(bytes, bytes.length);
    return line.toString().strip();
  }

  /** A whole response. */
  static void answer(OutputStream out, String firstLine, String contentType, String body)
      throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    String head =
        "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n"
            .formatted(firstLine, contentType, bytes.length);
    out.write(head.getBytes(StandardCharsets.ISO_8859_1));
    out.write(bytes);
    out.flush();
  }
}
