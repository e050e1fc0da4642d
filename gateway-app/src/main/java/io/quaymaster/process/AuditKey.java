package io.quaymaster.process;

import io.quaymaster.audit.chain.SigningKey;
import io.quaymaster.audit.chain.VerifyingKey;
import io.quaymaster.audit.chain.VerifyingKeys;
import io.quaymaster.settings.AuditSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Where the key comes from that signs the audit log, and which other keys are believed. */
public final class AuditKey {
  private static final SecretKeyFile FILE =
      new SecretKeyFile("audit key", "QUAYMASTER_AUDIT_KEY", "audit-key");

  private AuditKey() {}

  /**
   * As {@link SealKey#find}.
   *
   * @throws StartupFailure it is no key, or cannot be read
   */
  static SigningKey find(AuditSettings settings, Path dataFolder) {
    return new SigningKey(FILE.find(settings.key(), settings.keyFile(), dataFolder));
  }

  /**
   * The public half of a key in a file.
   *
   * @throws StartupFailure it is no key
   */
  public static VerifyingKey publicKeyOf(Path file) throws IOException {
    return new SigningKey(FILE.read(file)).verifying();
  }

  /**
   * @throws StartupFailure one of the settings is no key
   */
  static VerifyingKeys trusted(SigningKey own, AuditSettings settings) {
    List<VerifyingKey> keys = new ArrayList<>(List.of(own.verifying()));
    for (String text : settings.trustedKeys()) {
      try {
        keys.add(VerifyingKey.parse(text));
      } catch (IllegalArgumentException notAKey) {
        throw new StartupFailure(
            "QUAYMASTER_AUDIT_TRUSTED_KEYS holds '%s', which is no Ed25519 public key in Base64."
                .formatted(text));
      }
    }
    return new VerifyingKeys(keys);
  }
}
