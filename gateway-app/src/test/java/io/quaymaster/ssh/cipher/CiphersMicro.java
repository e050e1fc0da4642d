package io.quaymaster.ssh.cipher;

import io.quaymaster.micro.MicroBenchmark;
import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.apache.sshd.common.Factory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.cipher.Cipher;
import org.apache.sshd.common.cipher.Cipher.Mode;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/**
 * Nanoseconds to encrypt one packet where it lies ({@link #seal}), and to encrypt and decrypt it
 * ({@link #sealAndOpen}; a packet can be opened once only). The gateway's code beside MINA's, which
 * for AES-GCM is the JDK's on one array, and beside the JDK's own ChaCha20-Poly1305 (RFC 8439),
 * which is not OpenSSH's but as much work.
 */
@State(Scope.Thread)
public class CiphersMicro extends MicroBenchmark {
  private static final int LENGTH_BYTES = 4;
  private static final int TAG_BYTES = 16;

  /** Which cipher, by whose code. */
  public enum Code {
    AES128_GCM,
    AES128_GCM_MINA,
    CHACHA20,
    CHACHA20_MINA,
    CHACHA20_JDK;

    private Ends ends() {
      return switch (this) {
        case AES128_GCM -> SshEnds.of(FastCiphers.of(BuiltinCiphers.aes128gcm));
        case AES128_GCM_MINA -> SshEnds.of(BuiltinCiphers.aes128gcm);
        case CHACHA20 -> SshEnds.of(FastCiphers.of(BuiltinCiphers.cc20p1305_openssh));
        case CHACHA20_MINA -> SshEnds.of(BuiltinCiphers.cc20p1305_openssh);
        case CHACHA20_JDK -> new JdkEnds();
      };
    }
  }

  /** One direction of a connection: packets are a length, so many bytes, and a tag. */
  private interface Ends {
    void seal(byte[] packet, int bytes) throws Exception;

    void open(byte[] packet, int bytes) throws Exception;
  }

  private record SshEnds(Cipher out, Cipher in) implements Ends {
    static SshEnds of(Factory<Cipher> maker) {
      return new SshEnds(made(maker, Mode.Encrypt), made(maker, Mode.Decrypt));
    }

    private static Cipher made(Factory<Cipher> maker, Mode mode) {
      Cipher cipher = maker.create();
      try {
        cipher.init(mode, new byte[cipher.getKdfSize()], new byte[cipher.getIVSize()]);
      } catch (Exception broken) {
        throw new IllegalStateException(broken);
      }
      return cipher;
    }

    @Override
    public void seal(byte[] packet, int bytes) throws Exception {
      out.updateWithAAD(packet, 0, LENGTH_BYTES, bytes);
    }

    @Override
    public void open(byte[] packet, int bytes) throws Exception {
      in.updateAAD(packet, 0, LENGTH_BYTES);
      in.update(packet, LENGTH_BYTES, bytes);
    }
  }

  private static final class JdkEnds implements Ends {
    private static final String ALGORITHM = "ChaCha20-Poly1305";
    private final SecretKeySpec key = new SecretKeySpec(new byte[32], ALGORITHM);
    private final javax.crypto.Cipher out = made();
    private final javax.crypto.Cipher in = made();
    private final ByteBuffer nonce = ByteBuffer.allocate(12);
    private int number;

    private static javax.crypto.Cipher made() {
      try {
        return javax.crypto.Cipher.getInstance(ALGORITHM);
      } catch (GeneralSecurityException missing) {
        throw new IllegalStateException(missing);
      }
    }

    @Override
    public void seal(byte[] packet, int bytes) throws Exception {
      number++;
      out.init(javax.crypto.Cipher.ENCRYPT_MODE, key, iv());
      out.updateAAD(packet, 0, LENGTH_BYTES);
      out.doFinal(packet, LENGTH_BYTES, bytes, packet, LENGTH_BYTES);
    }

    @Override
    public void open(byte[] packet, int bytes) throws Exception {
      in.init(javax.crypto.Cipher.DECRYPT_MODE, key, iv());
      in.updateAAD(packet, 0, LENGTH_BYTES);
      in.doFinal(packet, LENGTH_BYTES, bytes + TAG_BYTES, packet, LENGTH_BYTES);
    }

    private IvParameterSpec iv() {
      return new IvParameterSpec(nonce.putInt(0, number).array());
    }
  }

  @Param Code code = Code.AES128_GCM;

  @Param({"64", "1024", "32768"})
  int bytes;

  private Ends ends = code.ends();
  private byte[] packet = {};

  @Setup
  public void begin() {
    ends = code.ends();
    packet = new byte[LENGTH_BYTES + bytes + TAG_BYTES];
  }

  @Benchmark
  public byte[] seal() throws Exception {
    ends.seal(packet, bytes);
    return packet;
  }

  @Benchmark
  public byte[] sealAndOpen() throws Exception {
    ends.seal(packet, bytes);
    ends.open(packet, bytes);
    return packet;
  }
}
