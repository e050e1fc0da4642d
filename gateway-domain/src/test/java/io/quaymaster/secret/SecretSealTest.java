package io.quaymaster.secret;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

class SecretSealTest {
  private static final SealPurpose LAKE = SealPurpose.storeCredentials("acme", "lake");

  private final SecretSeal seal = new SecretSeal(SecretSeal.randomKey());

  @Test
  void opensWhatItSealed() throws Exception {
    SealedSecret sealed = seal.seal("geheim ß", LAKE);

    assertThat(new String(sealed.bytes(), StandardCharsets.UTF_8)).doesNotContain("geheim");
    assertThat(seal.unseal(sealed, LAKE)).isEqualTo("geheim ß");
    assertThat(seal.unseal(seal.seal("", LAKE), LAKE)).isEmpty();
  }

  @Test
  void theSameSecretNeverLooksTheSame() {
    assertThat(seal.seal("secret", LAKE).bytes()).isNotEqualTo(seal.seal("secret", LAKE).bytes());
  }

  @Test
  void anotherRowsSecretStaysClosed() {
    SealedSecret sealed = seal.seal("secret", LAKE);

    assertThatThrownBy(() -> seal.unseal(sealed, SealPurpose.storeCredentials("acme", "other")))
        .isInstanceOf(SealBroken.class)
        .hasMessageContaining("store-credentials:acme/other")
        .hasMessageContaining("sealed for something else");
  }

  @Test
  void anotherKeyIsNamed() {
    SecretSeal other = new SecretSeal(SecretSeal.randomKey());
    SealedSecret sealed = seal.seal("secret", LAKE);

    assertThatThrownBy(() -> other.unseal(sealed, LAKE))
        .isInstanceOf(SealBroken.class)
        .hasMessageContaining("with the key " + seal.keyId())
        .hasMessageContaining("has the key " + other.keyId());
  }

  @Test
  void severalKeysOpenAndOneSeals() throws Exception {
    byte[] one = SecretSeal.randomKey();
    byte[] two = SecretSeal.randomKey();
    SecretSeal both = new SecretSeal(new SealKeys(two, List.of(one), List.of()));

    assertThat(both.unseal(new SecretSeal(one).seal("old", LAKE), LAKE)).isEqualTo("old");
    assertThat(new SecretSeal(two).unseal(both.seal("new", LAKE), LAKE)).isEqualTo("new");
    assertThat(both).hasToString("SecretSeal" + both.keyIds());
    assertThat(new SealKeys(one, List.of(two), List.of())).hasToString("SealKeys[hidden]");
    assertThatThrownBy(() -> both.unseal(seal.seal("secret", LAKE), LAKE))
        .hasMessageContaining("has the keys " + String.join(", ", both.keyIds()));
  }

  @Test
  void everyByteIsGuarded() {
    byte[] sealed = seal.seal("secret", LAKE).bytes();
    for (int i = 0; i < sealed.length; i++) {
      byte[] changed = sealed.clone();
      changed[i] ^= 1;
      assertThatThrownBy(() -> seal.unseal(new SealedSecret(changed), LAKE))
          .as("byte %d", i)
          .isInstanceOf(SealBroken.class);
    }
    for (int length : new int[] {0, 1, 20, sealed.length - 1}) {
      byte[] cut = Arrays.copyOf(sealed, length);
      assertThatThrownBy(() -> seal.unseal(new SealedSecret(cut), LAKE))
          .isInstanceOf(SealBroken.class);
    }
  }

  /** What was sealed by this release must open in all later ones. */
  @Test
  void theFormatIsPinned() throws Exception {
    byte[] key = new byte[SecretSeal.KEY_BYTES];
    byte[] sealed =
        HexFormat.of()
            .parseHex(
                "01f5c8fcebe3927aaf000102030405060708090a0bfbae50206589c9577a79eeefdd48665ff38c9f972445");

    assertThat(new SecretSeal(key).unseal(new SealedSecret(sealed), LAKE)).isEqualTo("secret");
  }

  @Test
  void keysHaveOneLengthAndStayHidden() {
    assertThatThrownBy(() -> new SecretSeal(new byte[16]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("32 bytes");
    assertThat(seal).hasToString("SecretSeal[" + seal.keyId() + "]");
    assertThat(seal.keyId()).isNotEqualTo(new SecretSeal(SecretSeal.randomKey()).keyId());
  }
}
