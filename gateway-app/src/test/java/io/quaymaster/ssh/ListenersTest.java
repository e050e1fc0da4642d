package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.settings.AlgorithmPolicy;
import io.quaymaster.settings.ListenerSettings;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Several ports in one process. */
class ListenersTest {
  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    gateway =
        TestGateway.start(
            GatewayOptions.DEFAULTS.listeners(
                new ListenerSettings(
                    "acme-only", 0, null, AlgorithmPolicy.MODERN, List.of(), "acme"),
                new ListenerSettings("plain", 0, null, AlgorithmPolicy.MODERN, List.of(), null)));
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  private static OpenSsh at(String listener, TestAccount account, String login) {
    return account.openSsh().with("-o", "Port=" + gateway.port(listener), "-o", "User=" + login);
  }

  @Test
  void aBareNameBelongsToTheListenersTenant() {
    TestAccount alice = gateway.account("alice@acme").create();

    at("acme-only", alice, "alice").sftp("mkdir by-bare-name").succeeds();
    at("acme-only", alice, "alice@acme").sftp("ls by-bare-name").succeeds();
    at("plain", alice, "alice").sftp("ls").fails("Permission denied");
    alice.openSsh().with("-o", "User=alice").sftp("ls").fails("Permission denied");

    assertThat(alice.file("by-bare-name")).isDirectory();
    assertThat(gateway.audit("alice")).filteredOn(line -> line.equals("login ok -")).hasSize(2);
  }

  @Test
  void anotherTenantComesInByItsFullName() {
    TestAccount bob = gateway.account("bob@globex").create();

    at("acme-only", bob, "bob").sftp("ls").fails("Permission denied");
    at("acme-only", bob, "bob@globex").sftp("ls").succeeds();
  }
}
