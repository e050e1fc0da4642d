package io.quaymaster.ssh;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;

/**
 * A key pair that {@code ssh-keygen} made, in a folder of its own.
 *
 * @param file the private key
 */
public record OpenSshKeys(Path file) {
  /**
   * @param type as ssh-keygen's {@code -t}: ed25519, ecdsa, rsa
   */
  public static OpenSshKeys generate(Path folder, String type) {
    try {
      Files.createDirectories(folder);
      Path file = folder.resolve("id_" + type);
      Process made =
          new ProcessBuilder(
                  "ssh-keygen", "-q", "-t", type, "-N", "", "-C", "test", "-f", file.toString())
              .inheritIO()
              .start();
      if (!made.waitFor(30, TimeUnit.SECONDS) || made.exitValue() != 0) {
        throw new IllegalStateException("ssh-keygen failed");
      }
      return new OpenSshKeys(file);
    } catch (IOException missing) {
      throw new IllegalStateException("ssh-keygen is needed (Debian: openssh-client)", missing);
    } catch (InterruptedException stopped) {
      throw new IllegalStateException(stopped);
    }
  }

  /** As a line of authorized_keys. */
  public String publicKey() {
    try {
      return Files.readString(Path.of(file + ".pub")).strip();
    } catch (IOException missing) {
      throw new IllegalStateException(missing);
    }
  }

  KeyPair pair() {
    return new FileKeyPairProvider(List.of(file)).loadKeys(null).iterator().next();
  }

  /** {@code SHA256:…}. */
  public String fingerprint() {
    return KeyUtils.getFingerPrint(pair().getPublic());
  }
}
