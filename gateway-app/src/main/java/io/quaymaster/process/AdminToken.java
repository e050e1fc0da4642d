package io.quaymaster.process;

import io.quaymaster.settings.AdminProperties;
import io.quaymaster.token.BootstrapToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;

/**
 * The first admin token and where a person finds it.
 *
 * @param whereabouts for the start-up message; never the token itself
 */
record AdminToken(BootstrapToken token, String whereabouts) {
  static final int LEAST_CHARACTERS = 16;
  static final int MOST_CHARACTERS = 512;

  /** As many random bits as SHA-256 has. */
  private static final int RANDOM_BYTES = 32;

  /**
   * The setting, else the file that a setting names, else the file in the data folder, which is
   * made if it is missing.
   *
   * @throws StartupFailure the token is too short or cannot be read
   */
  static AdminToken find(AdminProperties settings, Path dataFolder) {
    String token = settings.token();
    if (token != null) {
      return checked(token, "QUAYMASTER_ADMIN_TOKEN", "in QUAYMASTER_ADMIN_TOKEN");
    }
    String tokenFile = settings.tokenFile();
    Path file = tokenFile == null ? dataFolder.resolve("admin-token") : Path.of(tokenFile);
    try {
      if (tokenFile == null) {
        if (!Files.exists(file)) {
          PrivateFiles.write(file, (random() + "\n").getBytes(StandardCharsets.US_ASCII));
        }
        PrivateFiles.requirePrivate(file, false);
      }
      if (Files.size(file) > MOST_CHARACTERS + 2) {
        throw tooLongOrShort(file.toString());
      }
      String text = Files.readString(file, StandardCharsets.ISO_8859_1).strip();
      return checked(text, file.toString(), "in the file " + file.toAbsolutePath());
    } catch (IOException failure) {
      throw new StartupFailure(
          "The admin token cannot be read from %s: %s.".formatted(file, DataFolder.reason(failure)),
          failure);
    }
  }

  private static AdminToken checked(String token, String source, String whereabouts) {
    if (token.length() < LEAST_CHARACTERS || token.length() > MOST_CHARACTERS) {
      throw tooLongOrShort(source);
    }
    if (!token.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw new StartupFailure(
          "The admin token in %s holds a character that an HTTP header cannot carry. Use letters, digits and punctuation of ASCII, without spaces."
              .formatted(source));
    }
    return new AdminToken(new BootstrapToken(token), whereabouts);
  }

  private static StartupFailure tooLongOrShort(String source) {
    return new StartupFailure(
        "The admin token in %s must have %d to %d characters. A good one: openssl rand -base64 32"
            .formatted(source, LEAST_CHARACTERS, MOST_CHARACTERS));
  }

  static String random() {
    byte[] bytes = new byte[RANDOM_BYTES];
    new SecureRandom().nextBytes(bytes);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }
}
