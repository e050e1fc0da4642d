package io.quaymaster.process;

import java.io.IOException;
import java.io.PrintStream;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Map;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;

/**
 * Whether the gateway on this machine is ready: what a container's health check asks. It is run
 * every few seconds, so it reads the environment and nothing else, and starts no Spring.
 *
 * <p>With TLS it takes any certificate. Whom it asks is not in doubt: an address of this machine,
 * on which only the gateway listens; the certificate is for the name that others know it by; and
 * nothing is sent but the question.
 */
public final class HealthCommand {
  private static final String PATH = "/actuator/health/readiness";
  private static final int LIMIT_MILLIS = 5000;

  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;

  public HealthCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  /** Returns the exit status: 0 when it is up, else 1, and says why. */
  public int run() {
    String url = url();
    try {
      int status = statusOf(url);
      if (status == HttpURLConnection.HTTP_OK) {
        out.println("UP");
        return 0;
      }
      err.println("not ready: " + url + " answers " + status);
    } catch (IOException | GeneralSecurityException | IllegalArgumentException failure) {
      err.println("not ready: " + url + ": " + failure.getMessage());
    }
    return 1;
  }

  /** Of the readiness of the gateway that has the same environment. */
  String url() {
    boolean tls =
        isSet("QUAYMASTER_TLS_CERTIFICATE") || isSet("QUAYMASTER_MANAGEMENT_TLS_CERTIFICATE");
    String bind = value("QUAYMASTER_BIND", "127.0.0.1");
    String host =
        switch (bind) {
          case "0.0.0.0" -> "127.0.0.1";
          case "::" -> "[::1]";
          default -> bind.contains(":") ? "[" + bind + "]" : bind;
        };
    String port = value("QUAYMASTER_MANAGEMENT_PORT", "8081");
    return (tls ? "https://" : "http://") + host + ":" + port + PATH;
  }

  private boolean isSet(String variable) {
    return !value(variable, "").isEmpty();
  }

  private String value(String variable, String unset) {
    String value = environment.getOrDefault(variable, "").strip();
    return value.isEmpty() ? unset : value;
  }

  private static int statusOf(String url) throws IOException, GeneralSecurityException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create(url).toURL().openConnection(Proxy.NO_PROXY);
    try {
      connection.setConnectTimeout(LIMIT_MILLIS);
      connection.setReadTimeout(LIMIT_MILLIS);
      connection.setInstanceFollowRedirects(false);
      if (connection instanceof HttpsURLConnection https) {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new Anybody()}, null);
        https.setSSLSocketFactory(context.getSocketFactory());
        https.setHostnameVerifier((name, session) -> true);
      }
      return connection.getResponseCode();
    } finally {
      connection.disconnect();
    }
  }

  private static final class Anybody implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String authType) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
