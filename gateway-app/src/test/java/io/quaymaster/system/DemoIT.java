package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.process.GatewayProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A newcomer starts the demo, and types what it says. */
@ExtendWith(SharedQuay.class)
class DemoIT {
  @TempDir Path folder;
  private Path bin;
  private Path desk;
  private Path asked;

  /**
   * A newcomer's machine: a folder with a README.md, and OpenSSH's clients, which are only kept
   * from the files of the user who runs the tests.
   */
  @BeforeEach
  void sitDown() throws IOException {
    bin = Files.createDirectory(folder.resolve("bin"));
    desk = Files.createDirectory(folder.resolve("desk"));
    asked = folder.resolve("asked");
    Files.writeString(desk.resolve("README.md"), "# Read me\n");
    Path config =
        Files.writeString(
            folder.resolve("config"),
            "UserKnownHostsFile %s\nGlobalKnownHostsFile /dev/null\nIdentityAgent none\nIdentityFile none\n"
                .formatted(folder.resolve("known_hosts")));
    for (String client : List.of("sftp", "scp")) {
      program(
          bin.resolve(client),
          "PATH=%s exec %s -F %s \"$@\"".formatted(System.getenv("PATH"), client, config));
    }
  }

  @Test
  void thePrintedLinesWorkWithThePrintedPassword(Quay quay) throws Exception {
    GatewayProcess gateway = quay.process();
    String sftp = gateway.announced("Try").orElseThrow();
    String scp = gateway.announced("or").orElseThrow();
    String password = gateway.announced("Password").orElseThrow();
    Path home = quay.store("acme").resolve("home/demo");

    types(scp, "", password);
    assertThat(home.resolve("README.md")).hasContent("# Read me");
    types(sftp, "mkdir in\nput README.md in/\nget in/README.md back.md\ndf -h\n", password);
    assertThat(home.resolve("in/README.md")).hasContent("# Read me");
    assertThat(desk.resolve("back.md")).hasContent("# Read me");

    String fingerprint = gateway.announced("Host key").orElseThrow().split(" ", 2)[0];
    assertThat(Files.readString(asked)).as("what a newcomer compares").contains(fingerprint);
  }

  private void types(String line, String input, String password) throws Exception {
    Path askpass =
        program(
            bin.resolve("askpass"),
            "echo \"$1\" >> %s\ncase $1 in *yes/no*) echo yes ;; *) echo '%s' ;; esac"
                .formatted(asked, password));
    Path output = folder.resolve("output");
    ProcessBuilder shell =
        new ProcessBuilder("sh", "-c", line).directory(desk.toFile()).redirectErrorStream(true);
    shell.environment().clear();
    shell.environment().put("PATH", bin + ":" + System.getenv("PATH"));
    shell.environment().put("SSH_ASKPASS", askpass.toString());
    shell.environment().put("SSH_ASKPASS_REQUIRE", "force");
    Process typed = shell.redirectOutput(output.toFile()).start();
    try (var keyboard = typed.outputWriter()) {
      keyboard.write(input);
    }
    assertThat(typed.waitFor(60, TimeUnit.SECONDS)).as(line).isTrue();
    assertThat(typed.exitValue()).as(line + "\n" + Files.readString(output)).isZero();
  }

  private static Path program(Path file, String text) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + text + "\n");
    return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwx------"));
  }
}
