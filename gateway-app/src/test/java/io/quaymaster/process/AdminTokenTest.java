package io.quaymaster.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.settings.AdminProperties;
import io.quaymaster.settings.OidcProperties;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdminTokenTest {
  private static final String GIVEN = "0123456789abcdef";

  @TempDir Path folder;

  private static AdminProperties admin(@Nullable String token, @Nullable String tokenFile) {
    return new AdminProperties(
        0,
        token,
        tokenFile,
        new AdminProperties.WrongTokens(1, 1),
        new OidcProperties(
            null,
            null,
            null,
            Duration.ZERO,
            "sub",
            "roles",
            "tenant",
            new OidcProperties.Roles(List.of(), List.of(), List.of(), List.of())));
  }

  @Test
  void theSettingComesFirstThenTheFileThenOurOwn() throws IOException {
    Path file = Files.writeString(folder.resolve("mounted"), "from-the-mounted-file\r\n");

    AdminToken first = AdminToken.find(admin(GIVEN, file.toString()), folder);
    AdminToken second = AdminToken.find(admin(null, file.toString()), folder);
    assertThat(folder.resolve("admin-token")).doesNotExist();
    AdminToken third = AdminToken.find(admin(null, null), folder);

    assertThat(first.token().token()).isEqualTo(GIVEN);
    assertThat(second.token().token()).isEqualTo("from-the-mounted-file");
    assertThat(third.token().token()).hasSize(43);
    assertThat(AdminToken.find(admin(null, null), folder)).isEqualTo(third);
    assertThat(third.whereabouts()).isEqualTo("in the file " + folder.resolve("admin-token"));
    assertThat(first + "" + third).doesNotContain(GIVEN, third.token().token());
  }

  @Test
  void oursMustBePrivate() throws IOException {
    AdminToken.find(admin(null, null), folder);
    Files.setPosixFilePermissions(
        folder.resolve("admin-token"), PosixFilePermissions.fromString("rw-r--r--"));

    assertThatThrownBy(() -> AdminToken.find(admin(null, null), folder))
        .isInstanceOf(StartupFailure.class)
        .hasMessageContaining("is open to others");
  }

  @Test
  void lengthsAreBounded() throws IOException {
    Path file = Files.writeString(folder.resolve("mounted"), "x".repeat(100_000));

    for (AdminProperties wrong :
        new AdminProperties[] {
          admin(GIVEN.substring(1), null),
          admin("x".repeat(513), null),
          admin(null, file.toString())
        }) {
      assertThatThrownBy(() -> AdminToken.find(wrong, folder))
          .isInstanceOf(StartupFailure.class)
          .hasMessageContaining("must have 16 to 512 characters");
    }
  }
}
