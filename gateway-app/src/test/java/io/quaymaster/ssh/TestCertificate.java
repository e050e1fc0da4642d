package io.quaymaster.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A certificate, as it goes over the wire.
 *
 * @param type of the certificate
 */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record TestCertificate(String type, byte[] blob) {
  /**
   * Signs a key as {@code ssh-keygen} does; the clients find the certificate beside the key.
   *
   * @param options for example {@code -n alice@acme}
   */
  static TestCertificate sign(OpenSshKeys authority, OpenSshKeys key, String... options) {
    List<String> line = new ArrayList<>(List.of("ssh-keygen", "-q", "-s", authority.file() + ""));
    line.addAll(List.of("-I", "test"));
    line.addAll(List.of(options));
    line.add(key.file() + ".pub");
    run(line);
    return read(Path.of(key.file() + "-cert.pub"));
  }

  static void run(List<String> line) {
    try {
      Process made = new ProcessBuilder(line).inheritIO().start();
      if (!made.waitFor(30, TimeUnit.SECONDS) || made.exitValue() != 0) {
        throw new IllegalStateException("ssh-keygen failed: " + line);
      }
    } catch (IOException missing) {
      throw new IllegalStateException("ssh-keygen is needed (Debian: openssh-client)", missing);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  private static TestCertificate read(Path file) {
    try {
      String[] words = Files.readString(file).split(" ", 3);
      return new TestCertificate(words[0], Base64.getDecoder().decode(words[1].strip()));
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    }
  }

  /** The same with one bit of it changed. */
  TestCertificate withChangedByte(int index) {
    byte[] changed = blob.clone();
    changed[index] ^= 1;
    return new TestCertificate(type, changed);
  }
}
