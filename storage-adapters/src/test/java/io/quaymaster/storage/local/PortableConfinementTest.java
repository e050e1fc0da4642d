package io.quaymaster.storage.local;

import static io.quaymaster.storage.local.Keys.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore.Access;
import io.quaymaster.files.StoreKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Links planted behind the store's back lead nowhere without the kernel's help as well. */
class PortableConfinementTest {
  @TempDir Path folder;

  @BeforeEach
  void notOnWindows() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    assumeFalse(system.startsWith("windows"), "Windows has no SecureDirectoryStream");
  }

  private static void refused(ThrowingCallable call) {
    FileFailure failure = catchThrowableOfType(FileFailure.class, call);
    assertThat(failure).isNotNull();
    assertThat(failure.kind()).isEqualTo(Kind.LINK_ON_PATH);
    assertThat(failure.getMessage()).doesNotContain("/");
  }

  @Test
  void plantedLinksLeadNowhere() throws Exception {
    Path inside = Files.createDirectory(folder.resolve("inside"));
    Path outside = Files.createDirectory(folder.resolve("outside"));
    Files.writeString(outside.resolve("secret"), "outside");
    Files.createSymbolicLink(outside.resolve("link"), Path.of("target"));
    Files.createSymbolicLink(inside.resolve("absolute"), outside);
    Files.createSymbolicLink(inside.resolve("relative"), Path.of("../outside"));
    Files.writeString(inside.resolve("mine"), "inside");
    try (PortableFileStore store = new PortableFileStore(inside)) {
      for (String link : List.of("absolute", "relative")) {
        for (String below : List.of("secret", "link", "new")) {
          attack(store, key(link + "/" + below));
        }
        refused(() -> store.list(key(link)));
      }
    }
    assertThat(Files.readString(outside.resolve("secret"))).isEqualTo("outside");
    assertThat(outside.toFile().list()).containsExactlyInAnyOrder("secret", "link");
    assertThat(inside.toFile().list()).containsExactlyInAnyOrder("absolute", "relative", "mine");
  }

  private static void attack(PortableFileStore store, StoreKey key) {
    refused(() -> store.open(key, Access.READ));
    refused(() -> store.create(key, Access.WRITE, 0666));
    refused(() -> store.attributes(key));
    refused(() -> store.setAttributes(key, new AttributeChange(0777, null)));
    refused(() -> store.makeDirectory(key, 0777));
    refused(() -> store.remove(key));
    refused(() -> store.removeDirectory(key));
    refused(() -> store.rename(key, key("stolen"), true));
    refused(() -> store.rename(key("mine"), key, true));
    refused(() -> store.symbolicLink(key, "x"));
    refused(() -> store.readLink(key));
    refused(() -> store.measure(key));
  }
}
