package io.quaymaster.settings;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * TLS of an HTTP port; neither file: plain HTTP.
 *
 * @param certificate file with the certificate and those between it and its root, in PEM
 * @param privateKey file with its key, in PEM and not encrypted
 */
public record TlsSettings(@Nullable String certificate, @Nullable String privateKey) {
  public TlsSettings {
    certificate = Bounds.textOrNull(certificate);
    privateKey = Bounds.textOrNull(privateKey);
  }

  /** Both files, with absolute paths. */
  public record Pair(Path certificate, Path privateKey) {}

  /** Null: no TLS. */
  public @Nullable Pair pair() {
    return certificate == null || privateKey == null
        ? null
        : new Pair(absolute(certificate), absolute(privateKey));
  }

  private static Path absolute(String file) {
    return Path.of(file).toAbsolutePath().normalize();
  }

  /**
   * @param at for example {@code quaymaster.tls}
   */
  void check(String at) {
    if ((certificate == null) != (privateKey == null)) {
      String given = certificate == null ? "private-key" : "certificate";
      String missing = certificate == null ? "certificate" : "private-key";
      throw new SettingsRefused(
          "The setting %s.%s is given and %s.%s is not. Give both, or neither for plain HTTP."
              .formatted(at, given, at, missing));
    }
  }
}
