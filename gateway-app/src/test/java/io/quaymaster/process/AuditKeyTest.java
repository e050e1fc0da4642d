package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.audit.chain.SigningKey;
import io.quaymaster.settings.AuditSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuditKeyTest {
  @TempDir Path folder;

  private static AuditSettings settings(
      @Nullable String key, @Nullable String file, String... trusted) {
    return new AuditSettings(
        key, file, List.of(trusted), 1000, Duration.ofMinutes(1), Duration.ofDays(400));
  }

  @Test
  void itIsMadeOnceAndItsPublicHalfCanBePrinted() throws Exception {
    SigningKey made = AuditKey.find(settings(null, null), folder);

    assertThat(AuditKey.find(settings(null, null), folder).verifying().id())
        .isEqualTo(made.verifying().id());
    assertThat(AuditKey.publicKeyOf(folder.resolve("audit-key")).text())
        .isEqualTo(made.verifying().text());
    assertThat(Files.getPosixFilePermissions(folder.resolve("audit-key")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void othersKeysAreBelievedToo() {
    SigningKey own = new SigningKey(SigningKey.randomKey());
    SigningKey other = new SigningKey(SigningKey.randomKey());
    assertThat(AuditKey.trusted(own, settings(null, null, other.verifying().text())).all())
        .hasSize(2);
    assertThatThrownBy(() -> AuditKey.trusted(own, settings(null, null, "nonsense")))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("QUAYMASTER_AUDIT_TRUSTED_KEYS")
        .hasMessageContaining("nonsense");
  }

  @Test
  void aWrongKeyIsNotRepeated() {
    assertThatThrownBy(() -> AuditKey.find(settings("hunter2", null), folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("The audit key in QUAYMASTER_AUDIT_KEY must be 32 bytes in Base64")
        .hasMessageNotContaining("hunter2");
    String secret = Base64.getEncoder().encodeToString(SigningKey.randomKey());
    assertThat(settings(secret, null).toString()).doesNotContain(secret);
  }
}
