package io.quaymaster.admin.access;

import jakarta.servlet.http.HttpServletRequest;

/** The few paths that need no token: what the API is, and that something failed. */
public final class OpenPaths {
  public static final String OPENAPI = "/openapi.json";
  public static final String DOCS = "/docs";

  static final String[] PATTERNS = {
    OPENAPI, OPENAPI + "/swagger-config", DOCS, "/swagger-ui/**", "/error"
  };

  private OpenPaths() {}

  /** Whether the path, decoded and normalised by the container, is one of them. */
  static boolean has(HttpServletRequest request) {
    String path = request.getServletPath();
    return path.equals(OPENAPI)
        || path.equals(OPENAPI + "/swagger-config")
        || path.equals("/error")
        || isDocs(path);
  }

  /** The page to read it, which runs scripts of its own. */
  static boolean isDocs(String path) {
    return path.equals(DOCS) || path.startsWith("/swagger-ui/");
  }
}
