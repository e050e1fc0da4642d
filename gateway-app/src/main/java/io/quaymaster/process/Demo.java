package io.quaymaster.process;

import io.quaymaster.process.DemoSetup.DemoAccount;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * The account of {@code --demo}. Its password is kept in the data folder: the same at each start.
 */
final class Demo {
  private Demo() {}

  static DemoAccount account(DataFolder dataFolder) {
    Path file = dataFolder.path().resolve("demo-password");
    try {
      if (!Files.exists(file)) {
        String password = AdminToken.random().substring(0, AdminToken.LEAST_CHARACTERS);
        PrivateFiles.write(file, (password + "\n").getBytes(StandardCharsets.US_ASCII));
      }
      String password = Files.readString(file, StandardCharsets.US_ASCII).strip();
      return new DemoAccount("acme", "main", "demo", password);
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
