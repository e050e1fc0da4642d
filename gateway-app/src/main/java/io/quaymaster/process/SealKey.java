package io.quaymaster.process;

import io.quaymaster.secret.SecretSeal;
import io.quaymaster.settings.GatewayProperties;
import java.nio.file.Path;

/** Where the key comes from with which secrets in the database are sealed. */
final class SealKey {
  private static final SecretKeyFile FILE =
      new SecretKeyFile("seal key", "QUAYMASTER_SEAL_KEY", "seal-key");

  private SealKey() {}

  /**
   * The setting, else the file that a setting names, else the file in the data folder, which is
   * made if it is missing.
   *
   * @throws StartupFailure it is no key, or cannot be read
   */
  static SecretSeal find(GatewayProperties.Seal settings, Path dataFolder) {
    return new SecretSeal(FILE.find(settings.key(), settings.keyFile(), dataFolder));
  }
}
