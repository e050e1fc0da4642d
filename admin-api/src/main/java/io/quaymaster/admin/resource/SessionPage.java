package io.quaymaster.admin.resource;

import io.quaymaster.admin.http.Paging;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.session.LiveSession;
import io.quaymaster.session.LiveSessions;
import io.quaymaster.session.LiveSessions.Mark;
import io.swagger.v3.oas.annotations.media.Schema;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A part of the open sessions. Their ids are random, so the cursor names the moment that the last
 * one began, too.
 */
@Schema(name = "PageOfSessions")
record SessionPage(
    List<SessionController.Response> items,
    @Schema(description = "Give it as cursor to read on; null at the end.") @Nullable String next) {
  static final SessionPage NONE = new SessionPage(List.of(), null);

  /**
   * @param tenant null: any
   * @param account null: any
   */
  static SessionPage read(
      LiveSessions sessions,
      @Nullable String tenant,
      @Nullable String account,
      @Nullable String cursor,
      @Nullable Integer wantedLimit) {
    int limit = Paging.of(null, wantedLimit).limit();
    List<LiveSession> found =
        sessions.list(
            new LiveSessions.Query(
                tenant, account, cursor == null ? null : read(cursor), limit + 1));
    List<LiveSession> here = found.subList(0, Math.min(limit, found.size()));
    return new SessionPage(
        here.stream().map(SessionController.Response::of).toList(),
        here.size() < found.size() ? written(Mark.of(here.getLast())) : null);
  }

  private static String written(Mark mark) {
    String text = mark.startedAt() + " " + mark.id();
    return Base64.getUrlEncoder()
        .withoutPadding()
        .encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Mark read(String cursor) {
    try {
      String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.UTF_8);
      int blank = text.indexOf(' ');
      if (blank > 0) {
        return new Mark(Instant.parse(text.substring(0, blank)), text.substring(blank + 1));
      }
    } catch (IllegalArgumentException | DateTimeException notOurs) {
      throw FieldErrors.of("cursor", "must be the next of an earlier page");
    }
    throw FieldErrors.of("cursor", "must be the next of an earlier page");
  }
}
