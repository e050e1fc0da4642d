package io.quaymaster.admin.http;

import io.quaymaster.audit.CorrelationId;
import java.io.IOException;
import java.util.Locale;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpStatus;

/**
 * What Tomcat refuses before it knows what a request is for (an encoded slash in the path, two
 * {@code Host} headers), as a problem and not as Tomcat's page. Tomcat makes it, by its name.
 */
public final class UnmappedRequest extends ErrorReportValve {
  private static final int FIRST_ERROR = 400;
  private static final Logger log = LoggerFactory.getLogger(UnmappedRequest.class);

  private final ProblemWriter problems = new ProblemWriter(AdminJson.mapper());

  @Override
  protected void report(Request request, Response response, @Nullable Throwable failure) {
    HttpStatus status = HttpStatus.resolve(response.getStatus());
    if (response.getStatus() < FIRST_ERROR
        || status == null
        || response.getContentWritten() > 0
        || !response.setErrorReported()) {
      return;
    }
    try {
      problems.write(
          response,
          Problem.of(
              status,
              status.name(),
              status.getReasonPhrase().toLowerCase(Locale.ROOT) + ".",
              CorrelationId.next()));
      response.finishResponse();
    } catch (IOException gone) {
      log.debug("Nobody takes the answer to a request that was refused", gone);
    }
  }
}
