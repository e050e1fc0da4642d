package io.quaymaster.admin.http;

import io.quaymaster.audit.CorrelationId;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.slf4j.MDC;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;

/** Around every request: gives it its correlation id, and bounds its body. */
public final class RequestFrame extends OncePerRequestFilter {
  /** The largest account with all its lists has a third of it. */
  public static final int MAX_BODY_BYTES = 64 * 1024;

  private static final String CORRELATION_ID = RequestFrame.class.getName() + ".correlationId";
  private static final String LOG_FIELD = "correlationId";

  private final ProblemWriter problems;

  public RequestFrame(ProblemWriter problems) {
    this.problems = problems;
  }

  /** The id of a request that is being served; every request has one from here on. */
  public static String correlationId(HttpServletRequest request) {
    if (request.getAttribute(CORRELATION_ID) instanceof String known) {
      return known;
    }
    String id = CorrelationId.next();
    request.setAttribute(CORRELATION_ID, id);
    return id;
  }

  @Override
  protected void doFilterInternal(
      HttpServletRequest request, HttpServletResponse response, FilterChain chain)
      throws ServletException, IOException {
    String id = correlationId(request);
    if (request.getContentLengthLong() > MAX_BODY_BYTES) {
      problems.write(
          response,
          Problem.of(HttpStatus.CONTENT_TOO_LARGE, "BODY_TOO_LARGE", BodyTooLarge.TEXT, id));
      return;
    }
    try (var _ = MDC.putCloseable(LOG_FIELD, id)) {
      chain.doFilter(new BoundedRequest(request), response);
    }
  }

  /** A body that comes in chunks does not say its length before. */
  private static final class BoundedRequest extends HttpServletRequestWrapper {
    BoundedRequest(HttpServletRequest request) {
      super(request);
    }

    @Override
    public ServletInputStream getInputStream() throws IOException {
      return new BoundedStream(super.getInputStream());
    }

    @Override
    public BufferedReader getReader() throws IOException {
      return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
    }
  }

  private static final class BoundedStream extends ServletInputStream {
    private final ServletInputStream in;
    private int left = MAX_BODY_BYTES;

    BoundedStream(ServletInputStream in) {
      this.in = in;
    }

    @Override
    public int read() throws IOException {
      int b = in.read();
      count(b < 0 ? 0 : 1);
      return b;
    }

    @Override
    public int read(byte[] buffer, int offset, int length) throws IOException {
      int read = in.read(buffer, offset, length);
      count(Math.max(read, 0));
      return read;
    }

    private void count(int bytes) throws BodyTooLarge {
      left -= bytes;
      if (left < 0) {
        throw new BodyTooLarge();
      }
    }

    @Override
    public boolean isFinished() {
      return in.isFinished();
    }

    @Override
    public boolean isReady() {
      return in.isReady();
    }

    @Override
    public void setReadListener(ReadListener listener) {
      in.setReadListener(listener);
    }
  }
}
