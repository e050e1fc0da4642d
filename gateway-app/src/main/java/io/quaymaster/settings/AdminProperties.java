package io.quaymaster.settings;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The admin API.
 *
 * @param port 0: any free one
 * @param token the bootstrap token itself; null: see {@code tokenFile}
 * @param tokenFile a file with it; null: generated into the data folder
 */
public record AdminProperties(
    @DefaultValue("8080") int port,
    @Nullable String token,
    @Nullable String tokenFile,
    @DefaultValue WrongTokens wrongTokens,
    @DefaultValue OidcProperties oidc) {
  public AdminProperties {
    Bounds.number("quaymaster.admin.port", port, 0, 65_535);
    token = Bounds.textOrNull(token);
    tokenFile = Bounds.textOrNull(tokenFile);
  }

  @Override
  public String toString() {
    return "AdminProperties[port=%d, token=%s, tokenFile=%s]"
        .formatted(port, token == null ? "none" : "hidden", tokenFile);
  }

  /**
   * What one source may send of tokens that are wrong.
   *
   * @param perMinute further ones are answered 429; a good one is let in all the same
   * @param triesPerSecond further tokens are not looked at, but for those that were good before
   */
  public record WrongTokens(
      @DefaultValue("20") int perMinute, @DefaultValue("20") int triesPerSecond) {
    public WrongTokens {
      Bounds.number("quaymaster.admin.wrong-tokens.per-minute", perMinute, 1, 100_000);
      Bounds.number("quaymaster.admin.wrong-tokens.tries-per-second", triesPerSecond, 1, 100_000);
    }
  }
}
