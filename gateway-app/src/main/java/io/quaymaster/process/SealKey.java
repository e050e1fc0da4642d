package io.quaymaster.process;

import io.quaymaster.secret.SecretSeal;
import io.quaymaster.settings.GatewayProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;

/** Where the key comes from with which secrets in the database are sealed. */
final class SealKey {
  private static final int MOST_CHARACTERS = 128;

  private SealKey() {}

  /**
   * The setting, else the file that a setting names, else the file in the data folder, which is
   * made if it is missing.
   *
   * @throws StartupFailure it is no key, or cannot be read
   */
  static SecretSeal find(GatewayProperties.Seal settings, Path dataFolder) {
    String key = settings.key();
    if (key != null) {
      return sealOf(key, "QUAYMASTER_SEAL_KEY");
    }
    String keyFile = settings.keyFile();
    Path file = keyFile == null ? dataFolder.resolve("seal-key") : Path.of(keyFile);
    try {
      if (keyFile == null) {
        if (!Files.exists(file)) {
          PrivateFiles.write(file, generated());
        }
        PrivateFiles.requirePrivate(file, false);
      }
      if (Files.size(file) > MOST_CHARACTERS) {
        throw noKey(file.toString());
      }
      return sealOf(Files.readString(file, StandardCharsets.ISO_8859_1), file.toString());
    } catch (IOException failure) {
      throw new StartupFailure(
          "The seal key cannot be read from %s: %s.".formatted(file, DataFolder.reason(failure)),
          failure);
    }
  }

  private static byte[] generated() {
    return (Base64.getEncoder().encodeToString(SecretSeal.randomKey()) + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static SecretSeal sealOf(String base64, String source) {
    try {
      return new SecretSeal(Base64.getDecoder().decode(base64.strip()));
    } catch (IllegalArgumentException notAKey) {
      // Without its cause, which quotes what it was given.
      throw noKey(source);
    }
  }

  private static StartupFailure noKey(String source) {
    return new StartupFailure(
        "The seal key in %s must be %d bytes in Base64. A good one: openssl rand -base64 %d"
            .formatted(source, SecretSeal.KEY_BYTES, SecretSeal.KEY_BYTES));
  }
}
