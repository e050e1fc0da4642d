package io.quaymaster.process;

import io.quaymaster.admin.access.GuessLimits;
import io.quaymaster.admin.oidc.OidcSettings;
import io.quaymaster.audit.chain.SigningKey;
import io.quaymaster.audit.chain.VerifyingKeys;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.settings.Settings;
import io.quaymaster.token.BootstrapToken;
import java.nio.file.Path;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.support.GenericApplicationContext;

/**
 * All that can be found wrong before anything is started, cheapest first. What it opened on the way
 * (the locked data folder, the keys, the token, the seal) becomes a bean.
 */
public final class StartupChecks
    implements ApplicationContextInitializer<GenericApplicationContext> {
  /**
   * @throws io.quaymaster.settings.SettingsRefused a setting is wrong
   * @throws StartupFailure anything else is
   */
  @Override
  public void initialize(GenericApplicationContext context) {
    GatewayProperties settings = Settings.read(context.getEnvironment());
    DataFolder dataFolder = DataFolder.open(settings.dataFolder());
    try {
      HostKeys hostKeys = hostKeys(settings, dataFolder.path());
      AdminToken adminToken = AdminToken.find(settings.admin(), dataFolder.path());
      SecretSeal seal = SealKey.find(settings.seal(), dataFolder.path());
      SigningKey auditKey = AuditKey.find(settings.audit(), dataFolder.path());
      VerifyingKeys trusted = AuditKey.trusted(auditKey, settings.audit());
      TlsFiles.use(settings, context.getEnvironment());
      Ports.check(settings);
      DatabaseCheck.connect(context.getEnvironment());
      context.registerBean(DataFolder.class, () -> dataFolder);
      context.registerBean(HostKeys.class, () -> hostKeys);
      context.registerBean(AdminToken.class, () -> adminToken);
      context.registerBean(BootstrapToken.class, adminToken::token);
      context.registerBean(SecretSeal.class, () -> seal);
      context.registerBean(SigningKey.class, () -> auditKey);
      context.registerBean(VerifyingKeys.class, () -> trusted);
      context.registerBean(GuessLimits.class, () -> AdminAccess.guessLimits(settings));
      AdminAccess.oidc(settings.admin().oidc())
          .ifPresent(oidc -> context.registerBean(OidcSettings.class, () -> oidc));
    } catch (RuntimeException failure) {
      dataFolder.close();
      throw failure;
    }
  }

  private static HostKeys hostKeys(GatewayProperties settings, Path dataFolder) {
    String mounted = settings.ssh().hostKeyDir();
    return mounted == null
        ? HostKeys.ownedIn(dataFolder.resolve("host-keys"))
        : HostKeys.mountedAt(Path.of(mounted));
  }
}
