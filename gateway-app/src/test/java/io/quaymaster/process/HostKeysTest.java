package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HostKeysTest {
  /** Made once: an RSA key takes most of a second. */
  @TempDir static Path originals;

  @TempDir Path folder;

  @BeforeAll
  static void make() {
    HostKeys.ownedIn(originals);
  }

  @BeforeEach
  void copy() throws IOException {
    for (String name : List.of("ssh_host_ed25519_key", "ssh_host_ecdsa_key", "ssh_host_rsa_key")) {
      Files.copy(originals.resolve(name), folder.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  @Test
  void areMadeOnceInTheFormOfOpenSsh() throws Exception {
    HostKeys made = HostKeys.ownedIn(originals);

    assertThat(made.shown())
        .extracting(HostKeys.Shown::type)
        .containsExactly("ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa");
    assertThat(made.shown()).allMatch(key -> key.fingerprint().startsWith("SHA256:"));
    assertThat(made.inUse()).hasSize(3);
    assertThat(originals.resolve("ssh_host_rsa_key"))
        .content()
        .startsWith("-----BEGIN OPENSSH PRIVATE KEY-----");
    assertThat(HostKeys.ownedIn(originals).shown()).isEqualTo(made.shown());
  }

  @Test
  void oneThatIsMissingIsMadeAndTheOthersStay() throws Exception {
    HostKeys made = HostKeys.ownedIn(folder);
    Files.delete(folder.resolve("ssh_host_ecdsa_key"));

    HostKeys again = HostKeys.ownedIn(folder);

    assertThat(again.shown().get(0)).isEqualTo(made.shown().get(0));
    assertThat(again.shown().get(1)).isNotEqualTo(made.shown().get(1));
    assertThat(again.shown().get(2)).isEqualTo(made.shown().get(2));
  }

  @Test
  void aMountedFolderIsReadAndNeverWritten() throws Exception {
    HostKeys made = HostKeys.ownedIn(folder);
    Files.delete(folder.resolve("ssh_host_rsa_key"));
    // Kubernetes gives a secret's files to a group.
    Files.setPosixFilePermissions(
        folder.resolve("ssh_host_ed25519_key"), PosixFilePermissions.fromString("r--r-----"));

    HostKeys mounted = HostKeys.mountedAt(folder);

    assertThat(mounted.shown()).isEqualTo(made.shown().subList(0, 2));
    assertThat(folder.resolve("ssh_host_rsa_key")).doesNotExist();
  }

  @Test
  void theNextKeysAreReadAndNotUsed() throws Exception {
    HostKeys before = HostKeys.ownedIn(folder);
    Path next = folder.resolve("ssh_host_ed25519_key_next");
    Files.copy(originals.resolve("ssh_host_ecdsa_key"), next, StandardCopyOption.COPY_ATTRIBUTES);

    for (HostKeys keys : List.of(HostKeys.ownedIn(folder), HostKeys.mountedAt(folder))) {
      assertThat(keys.shown()).isEqualTo(before.shown());
      assertThat(keys.shownNext()).hasSize(1);
    }

    Files.setPosixFilePermissions(next, PosixFilePermissions.fromString("rw----r--"));
    assertThatThrownBy(() -> HostKeys.mountedAt(folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining(next + " is open to others");
  }

  /** A key made now in its place would be one that no client knows. */
  @Test
  void aNextKeyAloneIsRefused() throws Exception {
    Files.move(folder.resolve("ssh_host_ed25519_key"), folder.resolve("ssh_host_ed25519_key_next"));

    assertThatThrownBy(() -> HostKeys.ownedIn(folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("rename it");
    assertThatThrownBy(() -> HostKeys.mountedAt(folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("rename it");
    assertThat(folder.resolve("ssh_host_ed25519_key")).doesNotExist();
  }

  @Test
  void aTruncatedKeyIsRefusedAndKept() throws Exception {
    Path file = folder.resolve("ssh_host_ed25519_key");
    String half = Files.readString(file).substring(0, 150);
    Files.writeString(file, half);

    assertThatThrownBy(() -> HostKeys.ownedIn(folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining(file.toString())
        .hasMessageContaining("not replaced");
    assertThat(file).hasContent(half);
  }

  @Test
  void anOpenFileIsRefused() throws Exception {
    Path file = folder.resolve("ssh_host_rsa_key");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r-----"));

    assertThatThrownBy(() -> HostKeys.ownedIn(folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("chmod 600 " + file);

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw----r--"));
    assertThatThrownBy(() -> HostKeys.mountedAt(folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("is open to others");
  }
}
