package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.secret.SecretSeal;
import io.quaymaster.settings.GatewayProperties.Seal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealKeyTest {
  private static final byte[] ONE = SecretSeal.randomKey();
  private static final byte[] OTHER = SecretSeal.randomKey();

  @TempDir Path folder;

  private static String base64(byte[] key) {
    return Base64.getEncoder().encodeToString(key);
  }

  @Test
  void theSettingComesFirstThenTheFileThenOurOwn() throws IOException {
    Path file = Files.writeString(folder.resolve("mounted"), base64(OTHER) + "\r\n");

    SecretSeal first = SealKey.find(new Seal(base64(ONE), file.toString()), folder);
    SecretSeal second = SealKey.find(new Seal(null, file.toString()), folder);
    assertThat(folder.resolve("seal-key")).doesNotExist();
    SecretSeal third = SealKey.find(new Seal(null, null), folder);

    assertThat(first.keyId()).isEqualTo(new SecretSeal(ONE).keyId());
    assertThat(second.keyId()).isEqualTo(new SecretSeal(OTHER).keyId());
    assertThat(third.keyId()).isNotIn(first.keyId(), second.keyId());
    assertThat(SealKey.find(new Seal(null, null), folder).keyId())
        .as("the same at each start")
        .isEqualTo(third.keyId());
    assertThat(Files.getPosixFilePermissions(folder.resolve("seal-key")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void oursMustBePrivate() throws IOException {
    SealKey.find(new Seal(null, null), folder);
    Files.setPosixFilePermissions(
        folder.resolve("seal-key"), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> SealKey.find(new Seal(null, null), folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("is open to others");
  }

  @Test
  void whatIsNoKeyIsNotRepeated() throws IOException {
    Path file = Files.writeString(folder.resolve("mounted"), "x".repeat(100_000));

    for (Seal wrong :
        new Seal[] {
          new Seal("hunter2", null),
          new Seal("hunter2!", null),
          new Seal(base64(new byte[16]), null),
          new Seal(null, file.toString())
        }) {
      assertThatThrownBy(() -> SealKey.find(wrong, folder))
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining("must be 32 bytes in Base64")
          .hasNoCause()
          .hasMessageNotContaining("hunter2");
    }
    assertThatThrownBy(() -> SealKey.find(new Seal(null, folder + "/none"), folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("no such file");
  }
}
