package io.quaymaster.process;

import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.springframework.boot.logging.LoggingSystem;

/**
 * Makes the secrets of an installation, once: as a Kubernetes Secret that gateways mount. One that
 * is there is never changed, because clients know its host keys and the database is sealed with its
 * keys.
 */
public final class MakeKeysCommand {
  /** A DNS subdomain of RFC 1123, which is what Kubernetes takes for a Secret's name. */
  private static final Pattern NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*");

  private static final int MOST_CHARACTERS = 253;

  private final Map<String, String> environment;
  private final Path serviceAccount;
  private final Notices notices;

  /**
   * @param environment with the API server's address, as Kubernetes gives it to pods
   * @param serviceAccount the folder with its token, namespace and certificate authority
   */
  MakeKeysCommand(Map<String, String> environment, Path serviceAccount, Notices notices) {
    this.environment = environment;
    this.serviceAccount = serviceAccount;
    this.notices = notices;
  }

  public static MakeKeysCommand inThisPod(Notices notices) {
    // No Spring sets up a log here, and what libraries say stands in nobody's manifest.
    LoggingSystem.get(MakeKeysCommand.class.getClassLoader()).beforeInitialize();
    return new MakeKeysCommand(
        System.getenv(), Path.of("/var/run/secrets/kubernetes.io/serviceaccount"), notices);
  }

  /** Makes the Secret unless it is there; returns the exit status: 0 if it is there now, else 1. */
  public int make(String secret) {
    try {
      check(secret);
      KubernetesSecrets secrets = KubernetesSecrets.open(environment, serviceAccount);
      boolean made = secrets.create(secret, manifest(secret));
      notices.info(
          "The Secret %s in the namespace %s %s."
              .formatted(
                  secret, secrets.namespace(), made ? "was made" : "exists, and is left as it is"));
      return 0;
    } catch (StartupFailure failure) {
      notices.error("The keys were not made. " + failure.getMessage());
      return 1;
    }
  }

  /** Writes the manifest of a new Secret, and nothing else, to a stream; as above. */
  public int print(String secret, PrintStream to) {
    try {
      check(secret);
      to.println(manifest(secret));
      return 0;
    } catch (StartupFailure failure) {
      notices.error("The keys were not made. " + failure.getMessage());
      return 1;
    }
  }

  private static void check(String secret) {
    if (secret.length() > MOST_CHARACTERS || !NAME.matcher(secret).matches()) {
      throw new StartupFailure(
          "'%s' is no name of a Secret: small letters, digits, dashes and dots, %d at most."
              .formatted(secret, MOST_CHARACTERS));
    }
  }

  /** JSON, which YAML is a superset of. */
  private static String manifest(String secret) {
    return """
    {
      "apiVersion": "v1",
      "kind": "Secret",
      "metadata": {"name": "%s"},
      "type": "Opaque",
      "data": {
    %s
      }
    }\
    """
        .formatted(
            secret,
            entries().entrySet().stream()
                .map(e -> "    \"%s\": \"%s\"".formatted(e.getKey(), base64(e.getValue())))
                .collect(Collectors.joining(",\n")));
  }

  private static String base64(byte[] content) {
    return Base64.getEncoder().encodeToString(content);
  }

  private static Map<String, byte[]> entries() {
    Map<String, byte[]> entries = new LinkedHashMap<>(HostKeys.generate());
    entries.put("seal-key", SecretKeyFile.generated());
    entries.put("audit-key", SecretKeyFile.generated());
    entries.put("admin-token", (AdminToken.random() + "\n").getBytes(StandardCharsets.US_ASCII));
    return entries;
  }
}
