package io.quaymaster.token;

/**
 * The first platform-admin token: from the environment, a mounted file or the data folder, never
 * from the database. It says nothing of itself in logs.
 *
 * @param token 16 to 512 printable ASCII characters
 */
public record BootstrapToken(String token) {
  @Override
  public String toString() {
    return "BootstrapToken[hidden]";
  }
}
