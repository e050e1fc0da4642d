package io.quaymaster.system;

import io.quaymaster.ssh.OpenSsh;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** An account of a {@link Quay}, and the ways to act as it. Threads: any. */
final class Partner {
  /** Everybody's. */
  static final String PASSWORD = "opensesame please";

  private final Quay quay;
  private final String username;
  private final String tenant;
  private final Path home;

  Partner(Quay quay, String username, String tenant, Path home) {
    this.quay = quay;
    this.username = username;
    this.tenant = tenant;
    this.home = home;
  }

  /** The same account at another gateway of the cluster. */
  Partner at(Quay another) {
    return new Partner(another, username, tenant, home);
  }

  String username() {
    return username;
  }

  /** Where an admin finds it. */
  String resource() {
    return "/tenants/" + tenant + "/accounts/" + username;
  }

  /**
   * OpenSSH's clients with the account's key, aimed at the gateway that runs now. Their folder is
   * always the same.
   */
  OpenSsh openSsh() {
    return client().withKey(quay.key());
  }

  /** The same with the password instead of a key. */
  OpenSsh openSshWithPassword() {
    return openSshWithPassword(PASSWORD);
  }

  OpenSsh openSshWithPassword(String password) {
    return client()
        .with("-o", "PreferredAuthentications=password", "-o", "NumberOfPasswordPrompts=1")
        .askingFor(quay.askpass(password));
  }

  /** With the key, and an answer to whatever is asked interactively then. */
  OpenSsh openSshWithKeyAndAnswer(String answer) {
    return client()
        .with("-o", "PreferredAuthentications=publickey,keyboard-interactive")
        .with("-o", "NumberOfPasswordPrompts=1")
        .withKey(quay.key())
        .askingFor(quay.askpass(answer));
  }

  private OpenSsh client() {
    String login = username + "@" + tenant;
    return new OpenSsh(quay.process().sshPort(), login, quay.folder().resolve(login));
  }

  /** Where a file of this account's home really lies. */
  Path file(String path) {
    return home.resolve(path);
  }

  /** Sets a limit; null takes it away. */
  void limit(String name, @Nullable Long value) {
    Map<String, @Nullable Long> limits = new HashMap<>();
    limits.put(name, value);
    quay.admin().change(resource(), Map.of("limits", limits));
  }

  Usage usage() {
    return Usage.of(quay.admin().get(resource() + "/usage"));
  }

  /** Lines of the transfer log, newest first. */
  List<JsonNode> transfers() {
    return quay.admin().newest("/transfers?tenant=" + tenant + "&account=" + username);
  }

  /** The newest transfer of a file. */
  JsonNode transferOf(String path) {
    return transfers().stream()
        .filter(t -> t.get("path").stringValue().equals(path))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no transfer of " + path + " in " + transfers()));
  }

  /** Lines of the audit log, newest first. */
  List<JsonNode> audit() {
    return quay.admin().newest("/audit?tenant=" + tenant + "&account=" + username);
  }

  List<JsonNode> sessions() {
    return quay.admin().list("/sessions?tenant=" + tenant + "&account=" + username);
  }
}
