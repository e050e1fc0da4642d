package io.quaymaster.store.s3;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * The address of an S3 server in one form: scheme, host in lower case, and a port unless it is the
 * scheme's own.
 */
public record S3Endpoint(String text) {
  private static final int MAX_CHARACTERS = 512;

  public S3Endpoint {
    if (!text.equals(canonical(text))) {
      throw new IllegalArgumentException("not canonical: " + text);
    }
  }

  /**
   * @throws IllegalArgumentException with a reason for the admin
   */
  public static S3Endpoint parse(String written) {
    return new S3Endpoint(canonical(written));
  }

  private static String canonical(String written) {
    String rule =
        "must be http:// or https:// and a host, perhaps with a port, like"
            + " \"https://s3.example:9000\": no path, query or user";
    if (written.length() > MAX_CHARACTERS) {
      throw new IllegalArgumentException(rule);
    }
    try {
      URI uri = new URI(written);
      String scheme = uri.getScheme() == null ? "" : uri.getScheme().toLowerCase(Locale.ROOT);
      boolean secure = scheme.equals("https");
      boolean address =
          (secure || scheme.equals("http"))
              && uri.getHost() != null
              && uri.getRawUserInfo() == null
              && uri.getRawQuery() == null
              && uri.getRawFragment() == null
              && (uri.getRawPath().isEmpty() || uri.getRawPath().equals("/"))
              && uri.getPort() != 0
              && uri.getPort() <= 65_535;
      if (!address) {
        throw new IllegalArgumentException(rule);
      }
      String host = uri.getHost().toLowerCase(Locale.ROOT);
      boolean ownPort = uri.getPort() < 0 || uri.getPort() == (secure ? 443 : 80);
      return scheme + "://" + host + (ownPort ? "" : ":" + uri.getPort());
    } catch (URISyntaxException noUri) {
      throw new IllegalArgumentException(rule, noUri);
    }
  }

  public URI uri() {
    return URI.create(text);
  }

  /** Who answers there, whether by TLS or without. */
  String server() {
    return uri().getHost().endsWith(".amazonaws.com")
        ? S3Place.AMAZON
        : text.substring(text.indexOf("//") + 2);
  }
}
