package io.quaymaster.process;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyEncryptionContext;
import org.apache.sshd.common.config.keys.writer.openssh.OpenSSHKeyPairResourceWriter;
import org.apache.sshd.common.util.security.SecurityUtils;
import org.jspecify.annotations.Nullable;

/**
 * The keys by which clients know this gateway, in files of OpenSSH's private key format.
 *
 * <p>A key that clients know must never change by itself: a file that is there is used or refuses
 * the start-up, and only one that is missing from our own folder is made.
 *
 * <p>Beside each key there may be the one that comes after it, in a file whose name ends in {@code
 * _next}. Clients are told of it, and it is not used until it is given the place of the other.
 */
public final class HostKeys {
  /** The names that sshd(8) uses, and what ssh-keygen -A would make. RSA: 3072 bits. */
  private enum Kind {
    ED25519("ssh_host_ed25519_key", "ssh-ed25519", 256),
    ECDSA("ssh_host_ecdsa_key", "ecdsa-sha2-nistp256", 256),
    RSA("ssh_host_rsa_key", "ssh-rsa", 3072);

    private final String fileName;
    private final String keyType;
    private final int bits;

    Kind(String fileName, String keyType, int bits) {
      this.fileName = fileName;
      this.keyType = keyType;
      this.bits = bits;
    }
  }

  private static final String NEXT = "_next";

  /** Shorter ones are refused by today's clients (RequiredRSASize of ssh_config(5)) or soon. */
  private static final int LEAST_RSA_BITS = 2048;

  /** No private key is larger; a file that is has another purpose. */
  private static final int MOST_BYTES = 64 * 1024;

  /**
   * A key as people see it.
   *
   * @param type for example {@code ssh-ed25519}
   * @param fingerprint {@code SHA256:…}
   */
  public record Shown(String type, String fingerprint) {}

  private final List<KeyPair> inUse;
  private final List<KeyPair> next;

  private HostKeys(List<KeyPair> inUse, List<KeyPair> next) {
    this.inUse = List.copyOf(inUse);
    this.next = List.copyOf(next);
  }

  /**
   * Reads our own keys, and makes those that are missing.
   *
   * @throws StartupFailure a file cannot be read, is no key, or is open to others
   */
  public static HostKeys ownedIn(Path folder) {
    List<KeyPair> pairs = new ArrayList<>();
    try {
      PrivateFiles.makeFolder(folder);
      for (Kind kind : Kind.values()) {
        Path file = folder.resolve(kind.fileName);
        if (!Files.exists(file)) {
          refuseNextWithout(file);
          PrivateFiles.write(file, generated(kind));
        }
        pairs.add(read(file, false));
      }
    } catch (IOException | GeneralSecurityException failure) {
      throw new StartupFailure(
          "The host keys in %s cannot be made: %s.".formatted(folder, reason(failure)), failure);
    }
    return new HostKeys(pairs, nextIn(folder, false));
  }

  /**
   * Reads the keys that somebody else put into a folder, and writes nothing.
   *
   * @throws StartupFailure as above, or there is none
   */
  public static HostKeys mountedAt(Path folder) {
    List<KeyPair> pairs = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      Path file = folder.resolve(kind.fileName);
      if (Files.exists(file)) {
        pairs.add(read(file, true));
      } else {
        refuseNextWithout(file);
      }
    }
    if (pairs.isEmpty()) {
      throw new StartupFailure(
          "There is no host key in %s (quaymaster.ssh.host-key-dir). Put ssh_host_ed25519_key, ssh_host_ecdsa_key or ssh_host_rsa_key there, or leave the setting empty."
              .formatted(folder));
    }
    return new HostKeys(pairs, nextIn(folder, true));
  }

  private static List<KeyPair> nextIn(Path folder, boolean mounted) {
    return Arrays.stream(Kind.values())
        .map(kind -> folder.resolve(kind.fileName + NEXT))
        .filter(Files::exists)
        .map(file -> read(file, mounted))
        .toList();
  }

  /** Somebody moved a key away and forgot to give its place to the next. */
  private static void refuseNextWithout(Path file) {
    Path next = file.resolveSibling(file.getFileName() + NEXT);
    if (Files.exists(next)) {
      throw new StartupFailure(
          "There is %s and no %s. To use the next host key now, rename it; else put the other one back."
              .formatted(next, file.getFileName()));
    }
  }

  /** What the gateway identifies itself by. The order is the server's preference. */
  public List<KeyPair> inUse() {
    return inUse;
  }

  /** What it will be, one day. */
  public List<KeyPair> next() {
    return next;
  }

  public List<Shown> shown() {
    return shown(inUse);
  }

  public List<Shown> shownNext() {
    return shown(next);
  }

  private static List<Shown> shown(List<KeyPair> pairs) {
    return pairs.stream()
        .map(
            pair -> new Shown(KeyUtils.getKeyType(pair), KeyUtils.getFingerPrint(pair.getPublic())))
        .toList();
  }

  /** New keys by the names of their files, for a place that is not ours. */
  static Map<String, byte[]> generate() {
    Map<String, byte[]> files = new LinkedHashMap<>();
    try {
      for (Kind kind : Kind.values()) {
        files.put(kind.fileName, generated(kind));
      }
    } catch (IOException | GeneralSecurityException failure) {
      throw new StartupFailure("Host keys cannot be made: %s.".formatted(reason(failure)), failure);
    }
    return files;
  }

  private static byte[] generated(Kind kind) throws IOException, GeneralSecurityException {
    KeyPair pair = KeyUtils.generateKeyPair(kind.keyType, kind.bits);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    @Nullable OpenSSHKeyEncryptionContext notEncrypted = null;
    OpenSSHKeyPairResourceWriter.INSTANCE.writePrivateKey(pair, "quaymaster", notEncrypted, out);
    return out.toByteArray();
  }

  private static KeyPair read(Path file, boolean mounted) {
    try {
      PrivateFiles.requirePrivate(file, mounted);
      if (Files.size(file) > MOST_BYTES) {
        throw refused(file, "it is too large for a private key");
      }
      KeyPair pair = onlyKey(file);
      if (pair.getPublic() instanceof RSAPublicKey rsa
          && rsa.getModulus().bitLength() < LEAST_RSA_BITS) {
        throw refused(file, "an RSA key needs " + LEAST_RSA_BITS + " bits or more");
      }
      return pair;
    } catch (IOException | GeneralSecurityException failure) {
      throw new StartupFailure(
          "The host key %s cannot be used: %s. It is not replaced, because clients know it: restore it from a backup, or move it away to get a new one."
              .formatted(file, reason(failure)),
          failure);
    }
  }

  private static KeyPair onlyKey(Path file) throws IOException, GeneralSecurityException {
    try (InputStream in = Files.newInputStream(file)) {
      Iterable<KeyPair> found =
          SecurityUtils.loadKeyPairIdentities(
              null, NamedResource.ofName(file.toString()), in, null);
      Iterator<KeyPair> keys = found == null ? List.<KeyPair>of().iterator() : found.iterator();
      if (!keys.hasNext()) {
        throw new IOException("it holds no private key");
      }
      return keys.next();
    } catch (RuntimeException malformed) {
      throw new IOException("it is broken (" + malformed.getMessage() + ")", malformed);
    }
  }

  private static StartupFailure refused(Path file, String why) {
    return new StartupFailure("The host key %s cannot be used: %s.".formatted(file, why));
  }

  private static String reason(Exception failure) {
    return failure instanceof IOException io
        ? DataFolder.reason(io)
        : String.valueOf(failure.getMessage());
  }
}
