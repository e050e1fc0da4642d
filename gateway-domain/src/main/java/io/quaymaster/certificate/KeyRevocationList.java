package io.quaymaster.certificate;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * A binary key revocation list as {@code ssh-keygen -k} writes it (OpenSSH's PROTOCOL.krl).
 * Anything in it that is not understood and might revoke something refuses the list. Immutable.
 */
public final class KeyRevocationList {
  public static final int MAX_BYTES = 1 << 20;

  private static final long MAGIC = 0x5353484b524c0a00L; // "SSHKRL\n\0"
  private static final int VERSION = 1;

  private static final int CERTIFICATES = 1;
  private static final int EXPLICIT_KEYS = 2;
  private static final int SHA1_FINGERPRINTS = 3;
  private static final int SIGNATURE = 4;
  private static final int SHA256_FINGERPRINTS = 5;
  private static final int EXTENSION = 255;

  private static final int SERIAL_LIST = 0x20;
  private static final int SERIAL_RANGE = 0x21;
  private static final int SERIAL_BITMAP = 0x22;
  private static final int KEY_IDS = 0x23;
  private static final int CERTIFICATE_EXTENSION = 0x39;

  /** From a serial to a serial, both included; unsigned. */
  private record Range(long least, long most) {
    boolean holds(long serial) {
      return Long.compareUnsigned(least, serial) <= 0 && Long.compareUnsigned(serial, most) <= 0;
    }
  }

  /** Bit n stands for the serial {@code offset + n}. */
  private record Bitmap(long offset, BigInteger bits) {
    boolean holds(long serial) {
      long index = serial - offset;
      return Long.compareUnsigned(serial, offset) >= 0
          && Long.compareUnsigned(index, bits.bitLength()) < 0
          && bits.testBit((int) index);
    }
  }

  /** What is revoked of the certificates of one authority. */
  private static final class OfAuthority {
    /** Empty: of any. */
    private final byte[] authority;

    private final Set<Long> serials = new HashSet<>();
    private final List<Range> ranges = new ArrayList<>();
    private final List<Bitmap> bitmaps = new ArrayList<>();
    private final Set<String> keyIds = new HashSet<>();

    private OfAuthority(byte[] authority) {
      this.authority = authority;
    }

    /** Serial 0 stands for none, and is never revoked by its number. */
    private boolean revokes(UserCertificate certificate) {
      if (authority.length > 0 && !MessageDigest.isEqual(authority, certificate.authorityBlob())) {
        return false;
      }
      long serial = certificate.serial();
      return keyIds.contains(certificate.keyId())
          || (serial != 0
              && (serials.contains(serial)
                  || ranges.stream().anyMatch(range -> range.holds(serial))
                  || bitmaps.stream().anyMatch(bitmap -> bitmap.holds(serial))));
    }
  }

  private final List<OfAuthority> authorities = new ArrayList<>();

  /** SHA-256 of keys, in base64. */
  private final Set<String> sha256 = new HashSet<>();

  private final Set<String> sha1 = new HashSet<>();

  /**
   * @throws IllegalArgumentException with a reason for the admin
   */
  public static KeyRevocationList parse(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new IllegalArgumentException("must have at most " + MAX_BYTES + " bytes");
    }
    return new KeyRevocationList(new SshBytes(bytes));
  }

  private KeyRevocationList(SshBytes in) {
    if (in.uint64() != MAGIC || in.int32() != VERSION) {
      throw new IllegalArgumentException("is no binary key revocation list of version 1");
    }
    in.uint64(); // its own version
    in.uint64(); // when it was made
    in.uint64(); // flags: none is defined
    in.string(); // reserved
    in.string(); // comment
    while (in.hasMore()) {
      section(in.uint8(), new SshBytes(in.string()));
    }
  }

  private void section(int type, SshBytes in) {
    switch (type) {
      case CERTIFICATES -> authorities.add(certificates(in));
      case EXPLICIT_KEYS -> {
        while (in.hasMore()) {
          sha256.add(hash("SHA-256", in.string()));
        }
      }
      case SHA1_FINGERPRINTS -> addAll(in, sha1);
      case SHA256_FINGERPRINTS -> addAll(in, sha256);
      // An admin's token vouches for the list; OpenSSH itself no longer checks these.
      case SIGNATURE -> in.string();
      case EXTENSION -> extension(in);
      default -> throw unknown();
    }
  }

  private static void addAll(SshBytes in, Set<String> hashes) {
    while (in.hasMore()) {
      hashes.add(Base64.getEncoder().encodeToString(in.string()));
    }
  }

  private static OfAuthority certificates(SshBytes in) {
    OfAuthority revoked = new OfAuthority(in.string());
    in.string(); // reserved
    while (in.hasMore()) {
      int type = in.uint8();
      SshBytes data = new SshBytes(in.string());
      switch (type) {
        case SERIAL_LIST -> {
          while (data.hasMore()) {
            revoked.serials.add(data.uint64());
          }
        }
        case SERIAL_RANGE -> revoked.ranges.add(new Range(data.uint64(), data.uint64()));
        case SERIAL_BITMAP -> revoked.bitmaps.add(bitmap(data));
        case KEY_IDS -> {
          while (data.hasMore()) {
            revoked.keyIds.add(data.text());
          }
        }
        case CERTIFICATE_EXTENSION -> extension(data);
        default -> throw unknown();
      }
    }
    return revoked;
  }

  private static Bitmap bitmap(SshBytes data) {
    long offset = data.uint64();
    byte[] bits = data.string();
    return new Bitmap(offset, bits.length == 0 ? BigInteger.ZERO : new BigInteger(1, bits));
  }

  private static void extension(SshBytes in) {
    in.string(); // its name
    if (in.uint8() != 0) {
      throw unknown();
    }
  }

  private static IllegalArgumentException unknown() {
    return new IllegalArgumentException("holds a section that this release does not know");
  }

  /** Whether a certificate counts no more: by itself, by its key, or by its authority's key. */
  public boolean revokes(UserCertificate certificate) {
    return authorities.stream().anyMatch(each -> each.revokes(certificate))
        || revokesKey(certificate.keyBlob())
        || revokesKey(certificate.authorityBlob());
  }

  private boolean revokesKey(byte[] blob) {
    return sha256.contains(hash("SHA-256", blob)) || sha1.contains(hash("SHA-1", blob));
  }

  private static String hash(String algorithm, byte[] blob) {
    try {
      return Base64.getEncoder().encodeToString(MessageDigest.getInstance(algorithm).digest(blob));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every Java platform has " + algorithm, impossible);
    }
  }

  @Override
  public String toString() {
    return "KeyRevocationList of " + authorities.size() + " authorities";
  }
}
