package io.quaymaster.ssh.cipher;

import java.util.Map;
import java.util.function.Supplier;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;

/** The ciphers of this package in the places of MINA's own. Threads: any. */
public final class FastCiphers {
  private static final Map<BuiltinCiphers, Supplier<Cipher>> OURS =
      Map.of(
          BuiltinCiphers.aes128gcm, () -> new AesGcm(16),
          BuiltinCiphers.aes256gcm, () -> new AesGcm(32),
          BuiltinCiphers.cc20p1305_openssh, ChaCha20Poly1305::new);

  /** A factory of a name. Others than AES-GCM and ChaCha20-Poly1305 are MINA's. */
  private record Ours(BuiltinCiphers replaced, Supplier<Cipher> maker)
      implements NamedFactory<Cipher> {
    @Override
    public String getName() {
      return replaced.getName();
    }

    @Override
    public Cipher create() {
      return maker.get();
    }

    @Override
    public String toString() {
      return getName();
    }
  }

  private FastCiphers() {}

  /** The fastest there is of a cipher. */
  public static NamedFactory<Cipher> of(BuiltinCiphers cipher) {
    Supplier<Cipher> maker = OURS.get(cipher);
    return maker == null ? cipher : new Ours(cipher, maker);
  }
}
