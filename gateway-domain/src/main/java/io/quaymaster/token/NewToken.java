package io.quaymaster.token;

/**
 * A token that was just made.
 *
 * @param text the only time that it is seen
 */
public record NewToken(ApiToken token, String text) {
  @Override
  public String toString() {
    return "NewToken[" + token.name() + ", ***]";
  }
}
