package io.quaymaster.login;

import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Who wants in: {@code alice@acme}. The part behind the last {@code @} is the tenant, so that a
 * username may itself look like an e-mail address.
 */
public record LoginName(String username, String tenant) {
  /**
   * No control characters, no spaces, no slashes: a name goes into logs, file listings and URLs as
   * it is.
   */
  public static final Pattern USERNAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._@+-]{0,63}");

  public static final Pattern TENANT = Pattern.compile("[a-z0-9][a-z0-9-]{0,62}");

  /**
   * @param defaultTenant whose a bare username is; null: a bare username is nobody's
   * @return empty if it cannot be anybody's name
   */
  public static Optional<LoginName> parse(String text, @Nullable String defaultTenant) {
    int at = text.lastIndexOf('@');
    if (at >= 0
        && TENANT.matcher(text.substring(at + 1)).matches()
        && USERNAME.matcher(text.substring(0, at)).matches()) {
      return Optional.of(new LoginName(text.substring(0, at), text.substring(at + 1)));
    }
    if (at < 0 && defaultTenant != null && USERNAME.matcher(text).matches()) {
      return Optional.of(new LoginName(text, defaultTenant));
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return username + "@" + tenant;
  }
}
