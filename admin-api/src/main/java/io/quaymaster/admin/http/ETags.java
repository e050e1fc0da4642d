package io.quaymaster.admin.http;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Versions as ETags (RFC 9110, sections 8.8.3 and 13.1.1). */
public final class ETags {
  private static final Pattern ONE = Pattern.compile("\"(\\d{1,18})\"");

  /** No thing has this version. */
  private static final long NO_VERSION = -1;

  private ETags() {}

  public static String of(long version) {
    return "\"" + version + "\"";
  }

  /**
   * The version that an update expects; null: any. What is no tag of ours expects a version that
   * nothing has, weak ones included, as the strong comparison wants.
   */
  public static @Nullable Long expected(@Nullable String ifMatch) {
    if (ifMatch == null || ifMatch.strip().equals("*")) {
      return null;
    }
    Matcher tag = ONE.matcher(ifMatch.strip());
    return tag.matches() ? Long.parseLong(tag.group(1)) : NO_VERSION;
  }
}
