package io.quaymaster.db;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The files that belong to these tests. */
final class Scripts {
  /** A row, at least, for each table. */
  static final String ONE_OF_EACH = "/one-of-each.sql";

  private Scripts() {}

  /**
   * @param name from the root of the class path
   */
  static String text(String name) throws IOException {
    try (InputStream in = Scripts.class.getResourceAsStream(name)) {
      return new String(Objects.requireNonNull(in, name).readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
