package io.quaymaster.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/**
 * A key of 32 bytes: given as a setting, else in the file that a setting names, else in a file in
 * the data folder, which is made if it is missing.
 *
 * @param what what it is called, for example {@code seal key}
 * @param variable the setting's name in the environment
 * @param fileName in the data folder
 */
record SecretKeyFile(String what, String variable, String fileName) {
  static final int KEY_BYTES = 32;
  private static final int MOST_CHARACTERS = 128;

  /**
   * @throws StartupFailure it is no key, or cannot be read
   */
  byte[] find(@Nullable String key, @Nullable String keyFile, Path dataFolder) {
    if (key != null) {
      return decode(key, variable);
    }
    Path file = locate(keyFile, dataFolder);
    try {
      return read(file);
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
  }

  /**
   * The file that a setting names, else the one in the data folder, which is made if it is missing
   * and must be private.
   *
   * @throws StartupFailure it cannot be made, or is open to others
   */
  Path locate(@Nullable String keyFile, Path dataFolder) {
    if (keyFile != null) {
      return Path.of(keyFile);
    }
    Path file = dataFolder.resolve(fileName);
    try {
      if (!Files.exists(file)) {
        PrivateFiles.write(file, generated());
      }
      PrivateFiles.requirePrivate(file, false);
      return file;
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
  }

  StartupFailure unreadable(Path file, IOException failure) {
    return new StartupFailure(
        "The %s cannot be read from %s: %s.".formatted(what, file, DataFolder.reason(failure)),
        failure);
  }

  /**
   * @throws StartupFailure it is no key
   */
  byte[] read(Path file) throws IOException {
    if (Files.size(file) > MOST_CHARACTERS) {
      throw noKey(file.toString());
    }
    return decode(Files.readString(file, StandardCharsets.ISO_8859_1), file.toString());
  }

  /** What such a file holds when it is new. */
  static byte[] generated() {
    byte[] key = new byte[KEY_BYTES];
    new SecureRandom().nextBytes(key);
    return (Base64.getEncoder().encodeToString(key) + "\n").getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * @param source where it stands, for the message
   * @throws StartupFailure it is no key
   */
  byte[] decode(String base64, String source) {
    try {
      byte[] key = Base64.getDecoder().decode(base64.strip());
      if (key.length == KEY_BYTES) {
        return key;
      }
    } catch (IllegalArgumentException notAKey) {
      // Without its cause, which quotes what it was given.
      throw noKey(source);
    }
    throw noKey(source);
  }

  StartupFailure noKey(String source) {
    return new StartupFailure(
        "The %s in %s must be %d bytes in Base64. A good one: openssl rand -base64 %d"
            .formatted(what, source, KEY_BYTES, KEY_BYTES));
  }
}
