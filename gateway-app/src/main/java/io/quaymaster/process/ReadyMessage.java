package io.quaymaster.process;

import io.quaymaster.process.DemoSetup.DemoAccount;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a person reads when the gateway is up: where everything is. Tools read it, too: the labels
 * are fixed.
 *
 * @param tokenWhereabouts where the admin token is, never the token
 */
record ReadyMessage(
    String bind,
    int sshPort,
    HttpPort admin,
    HttpPort management,
    List<SshListener.Further> listeners,
    List<HostKeys.Shown> hostKeys,
    List<HostKeys.Shown> nextHostKeys,
    String tokenWhereabouts,
    @Nullable DemoAccount demo) {
  /** A port that speaks HTTP, with TLS or without. */
  record HttpPort(int number, boolean tls) {
    private String url(String host) {
      return "%s://%s:%d".formatted(tls ? "https" : "http", host, number);
    }
  }

  static final String FIRST_LINE = "Quaymaster is ready.";

  List<String> lines() {
    List<String> lines = new ArrayList<>(List.of(FIRST_LINE));
    add(lines, "SSH", "%s:%d".formatted(inUrl(bind), sshPort));
    listeners.forEach(
        l ->
            add(
                lines,
                "Listener",
                "%s:%d %s (%s)".formatted(inUrl(l.bind()), l.port(), l.name(), l.policy())));
    hostKeys.forEach(key -> add(lines, "Host key", key.fingerprint() + " " + key.type()));
    nextHostKeys.forEach(key -> add(lines, "Next key", key.fingerprint() + " " + key.type()));
    String api = admin.url(inUrl(reachable()));
    add(lines, "Admin API", api + "/api/v1");
    add(lines, "OpenAPI", api + "/openapi.json");
    add(lines, "Admin token", tokenWhereabouts);
    add(lines, "Management", management.url(inUrl(reachable())) + "/actuator/health/readiness");
    if (demo != null) {
      add(lines, "Try", "sftp -P %d %s@%s".formatted(sshPort, demo.loginName(), inSsh()));
      add(lines, "or", "scp -P %d README.md %s@%s:".formatted(sshPort, demo.loginName(), inSsh()));
      add(lines, "Password", demo.password());
    }
    return List.copyOf(lines);
  }

  private static void add(List<String> lines, String label, String text) {
    lines.add("  %-12s %s".formatted(label, text));
  }

  /** Nobody connects to "all addresses". */
  private String reachable() {
    return switch (bind) {
      case "0.0.0.0" -> "127.0.0.1";
      case "::" -> "::1";
      default -> bind;
    };
  }

  private String inSsh() {
    return inUrl(reachable());
  }

  private static String inUrl(String address) {
    return address.contains(":") ? "[" + address + "]" : address;
  }
}
