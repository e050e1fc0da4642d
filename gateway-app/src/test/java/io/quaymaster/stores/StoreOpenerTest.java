package io.quaymaster.stores;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quaymaster.cluster.DatabasePatience;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.secret.SealPurpose;
import io.quaymaster.secret.SealedSecret;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.storage.s3.S3FileStore;
import io.quaymaster.storage.s3.S3Limits;
import io.quaymaster.storage.s3.S3Stores;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Stores opened as their rows say. */
class StoreOpenerTest {
  private static final SecretSeal SEAL = new SecretSeal(SecretSeal.randomKey());

  @TempDir Path root;

  private final StoreTables tables = new StoreTables();
  private final S3Stores adapter =
      new S3Stores(new S3Limits(32 << 20, 16 << 20, 32 << 20, 16 << 20, Duration.ofSeconds(1)));
  private StoreOpener opener;

  @BeforeEach
  void prepare() {
    opener =
        new StoreOpener(
            tables.jdbc(),
            new LocalRoots(List.of(root)),
            new BucketStores(
                adapter,
                tables.jdbc(),
                tables.transactions(),
                new DatabasePatience(Duration.ZERO),
                UUID.randomUUID(),
                SEAL,
                new SimpleMeterRegistry()));
  }

  @AfterEach
  void drop() {
    tables.close();
  }

  private void giveKeys(SealedSecret sealed) {
    tables
        .jdbc()
        .sql(
            "update store set credentials = 'keys', access_key_id = 'AKIA', sealed_secret = ?"
                + " where id = ?")
        .param(sealed.bytes())
        .param(tables.lake())
        .update();
  }

  private void assertRefused(long storeId, Kind kind) {
    assertThatThrownBy(() -> opener.open(storeId))
        .isInstanceOfSatisfying(
            FileFailure.class, f -> assertThat(f.kind()).as(f.getMessage()).isEqualTo(kind));
  }

  @Test
  void aFolder() throws Exception {
    Files.createDirectories(root.resolve("acme/in"));

    try (FileStore store = opener.open(tables.local("main", "acme"))) {
      assertThat(store.attributes(StoreTables.key("in"))).isNotNull();
    }
    assertRefused(tables.local("lost", "nowhere"), Kind.STORE_ERROR);
  }

  @Test
  void aBucket() throws Exception {
    giveKeys(SEAL.seal("secret", SealPurpose.storeCredentials("acme", "lake")));

    try (FileStore store = opener.open(tables.lake());
        FileStore other = opener.open(tables.pond())) {
      assertThat(store).isInstanceOf(S3FileStore.class);
      assertThat(other).isInstanceOf(S3FileStore.class);
    }
  }

  @Test
  void aSecretThatCannotBeUnsealedIsSaidSo() {
    giveKeys(
        new SecretSeal(SecretSeal.randomKey())
            .seal("secret", SealPurpose.storeCredentials("acme", "lake")));
    assertRefused(tables.lake(), Kind.STORE_ERROR);

    giveKeys(SEAL.seal("secret", SealPurpose.storeCredentials("acme", "pond")));
    assertRefused(tables.lake(), Kind.STORE_ERROR);
  }

  @Test
  void nothingAndNobody() {
    assertRefused(4711, Kind.NOT_FOUND);
    tables.takeAway();
    assertRefused(tables.lake(), Kind.LEDGER_UNAVAILABLE);
  }
}
