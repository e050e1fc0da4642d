package io.quaymaster.process;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;
import org.springframework.boot.json.JsonParseException;
import org.springframework.boot.json.JsonParserFactory;

/**
 * The API server of the cluster that this pod runs in, asked for one thing: to make a Secret. The
 * server is the one that the mounted certificate authority vouches for, or nothing is sent.
 *
 * @param api for example {@code https://10.96.0.1:443}
 */
record KubernetesSecrets(HttpClient http, String api, String namespace, String token) {
  private static final Duration CONNECT_LIMIT = Duration.ofSeconds(10);
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(30);

  /** RFC 1123, for it becomes a part of a URL. */
  private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");

  private static final int MOST_SHOWN = 500;

  /**
   * @throws StartupFailure this is no pod, or it has no service account
   */
  static KubernetesSecrets open(Map<String, String> environment, Path serviceAccount) {
    String host = environment.getOrDefault("KUBERNETES_SERVICE_HOST", "");
    String port = environment.getOrDefault("KUBERNETES_SERVICE_PORT", "443");
    if (host.isBlank()) {
      throw new StartupFailure(
          "KUBERNETES_SERVICE_HOST is not set, so this is no pod. With --print the manifest is"
              + " written out, for kubectl apply -f -");
    }
    String namespace = read(serviceAccount.resolve("namespace"));
    if (!NAMESPACE.matcher(namespace).matches()) {
      throw new StartupFailure(
          "The file %s holds no name of a namespace."
              .formatted(serviceAccount.resolve("namespace")));
    }
    HttpClient http =
        HttpClient.newBuilder()
            .connectTimeout(CONNECT_LIMIT)
            .sslContext(trusting(serviceAccount.resolve("ca.crt")))
            .build();
    String authority = (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
    return new KubernetesSecrets(
        http, "https://" + authority, namespace, read(serviceAccount.resolve("token")));
  }

  /**
   * Whether it was made; if not, it exists.
   *
   * @throws StartupFailure anything else, in words
   */
  boolean create(String name, String manifest) {
    HttpResponse<String> answer = post(manifest);
    return switch (answer.statusCode()) {
      case 201 -> true;
      case 409 -> false;
      case 401 ->
          throw refused(answer, "The token of the service account is not valid (any more).");
      case 403 ->
          throw refused(
              answer,
              "Give the service account a Role with the verb create on secrets in the namespace %s."
                  .formatted(namespace));
      default -> throw refused(answer, "The Secret %s may not be there.".formatted(name));
    };
  }

  private HttpResponse<String> post(String manifest) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create(api + "/api/v1/namespaces/" + namespace + "/secrets"))
              .timeout(ANSWER_LIMIT)
              .header("Authorization", "Bearer " + token)
              .header("Content-Type", "application/json")
              .header("Accept", "application/json")
              .POST(BodyPublishers.ofString(manifest))
              .build();
      return http.send(request, BodyHandlers.ofString());
    } catch (IllegalArgumentException wrong) {
      // Without its cause, which may quote the token.
      throw new StartupFailure(
          "%s is no address of an API server, or the service account's token is none."
              .formatted(api));
    } catch (SSLException stranger) {
      throw new StartupFailure(
          "The API server %s is not the one that ca.crt of the service account vouches for: %s."
              .formatted(api, stranger.getMessage()),
          stranger);
    } catch (IOException failure) {
      throw new StartupFailure(
          "The API server %s %s. Does a network policy keep this pod from it?"
              .formatted(api, reason(failure)),
          failure);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new StartupFailure("It was interrupted.", stopped);
    }
  }

  private static String reason(IOException failure) {
    return failure instanceof ConnectException || failure instanceof HttpConnectTimeoutException
        ? "cannot be reached"
        : "does not answer (" + failure.getMessage() + ")";
  }

  private StartupFailure refused(HttpResponse<String> answer, String advice) {
    return new StartupFailure(
        "The API server %s answers %d%s. %s"
            .formatted(api, answer.statusCode(), message(answer.body()), advice));
  }

  /** What the Status says that the server answers, or nothing if a proxy answers something else. */
  private static String message(String body) {
    try {
      String message =
          JsonParserFactory.getJsonParser().parseMap(body).get("message") instanceof String text
              ? text
              : "";
      String shown = message.substring(0, Math.min(message.length(), MOST_SHOWN));
      return shown.isEmpty() ? "" : ": " + shown.replaceAll("\\p{Cntrl}", "?");
    } catch (JsonParseException notJson) {
      return "";
    }
  }

  private static SSLContext trusting(Path authorities) {
    try (InputStream in = Files.newInputStream(authorities)) {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509").generateCertificates(in);
      if (certificates.isEmpty()) {
        throw new CertificateException("it is empty");
      }
      KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
      trusted.load(null, null);
      for (Certificate certificate : certificates) {
        trusted.setCertificateEntry("ca-" + trusted.size(), certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(trusted);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (IOException unreadable) {
      throw unreadable(authorities, unreadable);
    } catch (GeneralSecurityException none) {
      throw new StartupFailure(
          "The file %s holds no certificate authority: %s."
              .formatted(authorities, none.getMessage()),
          none);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.US_ASCII).strip();
    } catch (IOException failure) {
      throw unreadable(file, failure);
    }
  }

  private static StartupFailure unreadable(Path file, IOException failure) {
    return new StartupFailure(
        "The service account's file %s cannot be read: %s. The pod needs automountServiceAccountToken."
            .formatted(file, DataFolder.reason(failure)),
        failure);
  }
}
