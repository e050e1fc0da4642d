package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.secret.SealKeys;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.secret.SecretSeal.KeyUse;
import io.quaymaster.settings.SealSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SealKeyTest {
  private static final byte[] ONE = SecretSeal.randomKey();
  private static final byte[] OTHER = SecretSeal.randomKey();

  @TempDir Path folder;

  private static String base64(byte[] key) {
    return Base64.getEncoder().encodeToString(key);
  }

  private static SealSettings settings(@Nullable String key, @Nullable String file) {
    return settings(key, file, null);
  }

  private static SealSettings settings(
      @Nullable String key, @Nullable String file, @Nullable String next, String... previous) {
    return new SealSettings(key, file, next, List.of(previous), Duration.ofMinutes(1));
  }

  private static String id(byte[] key) {
    return new SecretSeal(key).keyId();
  }

  @Test
  void theSettingComesFirstThenTheFileThenOurOwn() throws IOException {
    Path file = Files.writeString(folder.resolve("mounted"), base64(OTHER) + "\r\n");

    SecretSeal first = SealKey.find(settings(base64(ONE), file.toString()), folder);
    SecretSeal second = SealKey.find(settings(null, file.toString()), folder);
    assertThat(folder.resolve("seal-key")).doesNotExist();
    SecretSeal third = SealKey.find(settings(null, null), folder);

    assertThat(first.keyId()).isEqualTo(new SecretSeal(ONE).keyId());
    assertThat(second.keyId()).isEqualTo(new SecretSeal(OTHER).keyId());
    assertThat(third.keyId()).isNotIn(first.keyId(), second.keyId());
    assertThat(SealKey.find(settings(null, null), folder).keyId())
        .as("the same at each start")
        .isEqualTo(third.keyId());
    assertThat(Files.getPosixFilePermissions(folder.resolve("seal-key")))
        .isEqualTo(PosixFilePermissions.fromString("rw-------"));
  }

  @Test
  void oursMustBePrivate() throws IOException {
    SealKey.find(settings(null, null), folder);
    Files.setPosixFilePermissions(
        folder.resolve("seal-key"), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> SealKey.find(settings(null, null), folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("is open to others");
  }

  @Test
  void whatIsNoKeyIsNotRepeated() throws IOException {
    Path file = Files.writeString(folder.resolve("mounted"), "x".repeat(100_000));

    for (SealSettings wrong :
        new SealSettings[] {
          settings("hunter2", null),
          settings("hunter2!", null),
          settings(base64(new byte[16]), null),
          settings(null, file.toString())
        }) {
      assertThatThrownBy(() -> SealKey.find(wrong, folder))
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining("must be 32 bytes in Base64")
          .hasNoCause()
          .hasMessageNotContaining("hunter2");
    }
    assertThatThrownBy(() -> SealKey.find(settings(null, folder + "/none"), folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("no such file");
  }

  @Test
  void furtherKeysComeFromSettingsAndFromTheFile() throws IOException {
    byte[] third = SecretSeal.randomKey();
    Path file =
        Files.writeString(
            folder.resolve("mounted"),
            "previous %s\n\n %s \nnext  %s\n".formatted(base64(ONE), base64(OTHER), base64(third)));

    for (SecretSeal seal :
        new SecretSeal[] {
          SealKey.find(settings(null, file.toString()), folder),
          SealKey.find(settings(base64(OTHER), null, base64(third), base64(ONE)), folder)
        }) {
      assertThat(seal.keyId()).isEqualTo(id(OTHER));
      assertThat(seal.useOf(id(third))).isEqualTo(KeyUse.NEXT);
      assertThat(seal.useOf(id(ONE))).isEqualTo(KeyUse.PREVIOUS);
      assertThat(seal.keyIds()).hasSize(3);
    }
    assertThat(SealKey.find(settings(base64(ONE), file.toString()), folder).keyIds())
        .as("with the setting no file is read")
        .containsExactly(id(ONE));
  }

  @Test
  void aFileThatLeavesTheCurrentKeyOpenIsRefused() throws IOException {
    Path file = folder.resolve("mounted");
    for (String text :
        new String[] {
          "next " + base64(ONE), base64(ONE) + "\n" + base64(OTHER), "later " + base64(ONE), "next"
        }) {
      Files.writeString(file, text);
      assertThatThrownBy(() -> SealKey.find(settings(null, file.toString()), folder))
          .as(text)
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining(file.toString())
          .hasMessageNotContaining(base64(ONE));
    }
    String[] many = Collections.nCopies(SealKeys.MOST, base64(ONE)).toArray(String[]::new);
    assertThatThrownBy(() -> SealKey.find(settings(base64(OTHER), null, null, many), folder))
        .hasMessageContaining("more than 8 seal keys");
    assertThat(settings(base64(ONE), null, base64(OTHER), base64(ONE)).toString())
        .doesNotContain(base64(ONE), base64(OTHER));
  }
}
