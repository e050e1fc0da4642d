package io.quaymaster.ssh.cipher;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.Random;
import javax.crypto.AEADBadTagException;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.cipher.Cipher.Mode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Beside MINA's own ciphers, which have passed every client's. */
class FastCiphersTest {
  private static final int LENGTH_BYTES = 4;

  private final Random random = new Random(20);

  /** Both with a key of their own, for packets from one number on. */
  private record Pair(Cipher ours, Cipher minas) {
    static Pair of(BuiltinCiphers which, Mode mode, byte[] key, byte[] iv) throws Exception {
      Cipher ours = FastCiphers.of(which).create();
      Cipher minas = which.create();
      ours.init(mode, key.clone(), iv.clone());
      minas.init(mode, key.clone(), iv.clone());
      return new Pair(ours, minas);
    }
  }

  private byte[] bytes(int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] iv(BuiltinCiphers which) {
    byte[] iv = bytes(which.getIVSize());
    if (which == BuiltinCiphers.cc20p1305_openssh) {
      // A packet's number, at whose end it begins anew.
      Arrays.fill(iv, 0, 4, (byte) 0);
      Arrays.fill(iv, 4, 8, (byte) 0xff);
    }
    return iv;
  }

  @ParameterizedTest
  @EnumSource(names = {"aes128gcm", "aes256gcm", "cc20p1305_openssh"})
  void eachPacketIsWhatMinaMakesOfIt(BuiltinCiphers which) throws Exception {
    byte[] key = bytes(which.getKdfSize());
    byte[] iv = iv(which);
    Pair out = Pair.of(which, Mode.Encrypt, key, iv);
    Pair in = Pair.of(which, Mode.Decrypt, key, iv);
    for (int size : new int[] {16, 32, 48, 1040, 32_784, 64 << 10, 256 << 10, 16, 4096}) {
      int before = random.nextInt(9);
      byte[] plain = bytes(before + LENGTH_BYTES + size + which.getAuthenticationTagSize());
      byte[] ours = plain.clone();
      byte[] minas = plain.clone();
      out.ours().updateWithAAD(ours, before, LENGTH_BYTES, size);
      out.minas().updateWithAAD(minas, before, LENGTH_BYTES, size);
      assertThat(Arrays.mismatch(ours, minas)).as("%d bytes", size).isEqualTo(-1);

      in.ours().updateAAD(ours, before, LENGTH_BYTES);
      in.ours().update(ours, before + LENGTH_BYTES, size);
      int end = before + LENGTH_BYTES + size;
      assertThat(Arrays.mismatch(ours, 0, end, plain, 0, end)).as("%d bytes", size).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"aes128gcm", "aes256gcm", "cc20p1305_openssh"})
  void aChangedBitIsNoticed(BuiltinCiphers which) throws Exception {
    byte[] key = bytes(which.getKdfSize());
    byte[] iv = iv(which);
    int size = 64;
    byte[] packet = bytes(LENGTH_BYTES + size + which.getAuthenticationTagSize());
    Cipher out = FastCiphers.of(which).create();
    out.init(Mode.Encrypt, key.clone(), iv.clone());
    out.updateWithAAD(packet, 0, LENGTH_BYTES, size);
    for (int bit = 0; bit < packet.length * Byte.SIZE; bit += 7) {
      byte[] changed = packet.clone();
      changed[bit / Byte.SIZE] ^= (byte) (1 << bit % Byte.SIZE);
      Cipher in = FastCiphers.of(which).create();
      in.init(Mode.Decrypt, key.clone(), iv.clone());
      assertThatExceptionOfType(AEADBadTagException.class)
          .as("bit %d", bit)
          .isThrownBy(() -> in.updateWithAAD(changed, 0, LENGTH_BYTES, size));
    }
  }
}
