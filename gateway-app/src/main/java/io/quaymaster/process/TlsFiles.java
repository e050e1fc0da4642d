package io.quaymaster.process;

import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.settings.TlsSettings;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.ssl.pem.PemContent;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * TLS of the admin and the management port. The files are checked here, so that a start says in
 * words what is wrong; Spring Boot serves them, watches them, and reads them anew when they change.
 * New ones that do not belong together change nothing, but for an error in the log.
 */
final class TlsFiles {
  /** No certificate chain is larger. */
  private static final long MOST_BYTES = 1 << 20;

  private static final byte[] SAMPLE = "quaymaster".getBytes(StandardCharsets.US_ASCII);

  private TlsFiles() {}

  /**
   * Makes Spring Boot serve what the settings say.
   *
   * @throws StartupFailure a pair is missing, unreadable or no pair
   */
  static void use(GatewayProperties settings, ConfigurableEnvironment environment) {
    Map<String, Object> properties = new HashMap<>();
    add(properties, "admin", "server.ssl.bundle", settings.tls().pair());
    add(properties, "management", "management.server.ssl.bundle", settings.managementTls().pair());
    if (!properties.isEmpty()) {
      environment.getPropertySources().addFirst(new MapPropertySource("tls", properties));
    }
  }

  private static void add(
      Map<String, Object> properties, String bundle, String user, TlsSettings.@Nullable Pair pair) {
    if (pair == null) {
      return;
    }
    check(pair);
    String prefix = "spring.ssl.bundle.pem." + bundle;
    properties.put(prefix + ".reload-on-update", true);
    properties.put(prefix + ".keystore.certificate", pair.certificate().toUri().toString());
    properties.put(prefix + ".keystore.private-key", pair.privateKey().toUri().toString());
    properties.put(prefix + ".keystore.verify-keys", true);
    properties.put(prefix + ".options.enabled-protocols", List.of("TLSv1.3", "TLSv1.2"));
    properties.put(user, bundle);
  }

  private static void check(TlsSettings.Pair pair) {
    List<X509Certificate> chain = certificates(pair.certificate());
    PrivateKey key = privateKey(pair.privateKey());
    if (!belongTogether(key, chain.getFirst().getPublicKey())) {
      throw new StartupFailure(
          "The TLS private key in %s does not belong to the certificate in %s. The server's own certificate must come first there."
              .formatted(pair.privateKey(), pair.certificate()));
    }
  }

  private static List<X509Certificate> certificates(Path file) {
    try {
      List<X509Certificate> chain = content(file, "certificate").getCertificates();
      if (!chain.isEmpty()) {
        return chain;
      }
    } catch (IllegalStateException | IllegalArgumentException noPem) {
      throw noCertificate(file);
    }
    throw noCertificate(file);
  }

  private static StartupFailure noCertificate(Path file) {
    return new StartupFailure(
        "The file %s holds no certificate in PEM (-----BEGIN CERTIFICATE-----).".formatted(file));
  }

  private static PrivateKey privateKey(Path file) {
    try {
      PrivateKey key = content(file, "private key").getPrivateKey();
      if (key != null) {
        return key;
      }
    } catch (IllegalStateException | IllegalArgumentException noPem) {
      throw noKey(file);
    }
    throw noKey(file);
  }

  /** Without a cause, which might quote the file. */
  private static StartupFailure noKey(Path file) {
    return new StartupFailure(
        "The file %s holds no private key in PEM (-----BEGIN PRIVATE KEY-----). It must not be encrypted."
            .formatted(file));
  }

  private static PemContent content(Path file, String what) {
    try {
      if (Files.isRegularFile(file) && Files.size(file) > MOST_BYTES) {
        throw new StartupFailure("The TLS %s %s is too large.".formatted(what, file));
      }
      return PemContent.load(file);
    } catch (IOException unreadable) {
      throw new StartupFailure(
          "The TLS %s cannot be read from %s: %s."
              .formatted(what, file, DataFolder.reason(unreadable)),
          unreadable);
    }
  }

  /** Whether what one signs the other verifies. */
  private static boolean belongTogether(PrivateKey key, PublicKey certified) {
    String algorithm =
        switch (key.getAlgorithm()) {
          case "RSA" -> "SHA256withRSA";
          case "EC" -> "SHA256withECDSA";
          default -> key.getAlgorithm();
        };
    try {
      Signature signer = Signature.getInstance(algorithm);
      signer.initSign(key);
      signer.update(SAMPLE);
      byte[] signature = signer.sign();
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(certified);
      verifier.update(SAMPLE);
      return verifier.verify(signature);
    } catch (GeneralSecurityException notOfOneKind) {
      return false;
    }
  }
}
