package io.quaymaster.process;

import io.quaymaster.access.Permission;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.PublishMode;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.account.AccountLimits;
import io.quaymaster.account.AccountSettings;
import io.quaymaster.account.Accounts;
import io.quaymaster.account.HomeSetting;
import io.quaymaster.account.NewPassword;
import io.quaymaster.credential.AuthenticationPolicy;
import io.quaymaster.credential.PasswordPolicy;
import io.quaymaster.files.RealPath;
import io.quaymaster.refusal.Refusal;
import io.quaymaster.store.PlacePath;
import io.quaymaster.store.Stores;
import io.quaymaster.tenant.TenantLimits;
import io.quaymaster.tenant.TenantSettings;
import io.quaymaster.tenant.Tenants;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The demo: a tenant, a store and an account with a gibibyte to fill, made through the same use
 * cases that admins have.
 */
public final class DemoData implements DemoSetup {
  private static final long HOME_BYTES = 1L << 30;

  private final Tenants tenants;
  private final Stores stores;
  private final Accounts accounts;

  public DemoData(Tenants tenants, Stores stores, Accounts accounts) {
    this.tenants = tenants;
    this.stores = stores;
    this.accounts = accounts;
  }

  @Override
  public void ensure(DemoAccount demo) {
    unlessThere(
        () ->
            tenants.create(
                demo.tenant(),
                new TenantSettings(
                    "Acme Ltd (demo)",
                    TenantLimits.NONE,
                    AuthenticationPolicy.OPEN,
                    PasswordPolicy.DEFAULT)));
    unlessThere(
        () -> stores.createLocal(demo.tenant(), demo.store(), PlacePath.parse(demo.tenant())));
    unlessThere(
        () -> accounts.create(demo.tenant(), demo.username(), demo.password(), settings(demo)));
    accounts.setPassword(demo.tenant(), demo.username(), NewPassword.of(demo.password()));
    accounts.resume(demo.tenant(), demo.username());
  }

  private static void unlessThere(Runnable make) {
    try {
      make.run();
    } catch (Refusal.Conflict there) {
      if (!there.code().endsWith("_EXISTS")) {
        throw there;
      }
    }
  }

  private static AccountSettings settings(DemoAccount demo) {
    return new AccountSettings(
        new HomeSetting(demo.store(), PlacePath.parse("home/" + demo.username())),
        List.of(),
        new AccountLimits(HOME_BYTES, null, null, null, null),
        Permission.ALL,
        EnumSet.allOf(Protocol.class),
        List.of(),
        null,
        PublishMode.IMMEDIATE,
        new SftpSettings(false, null, RealPath.ROOT, null, Set.of()),
        AuthenticationPolicy.OPEN);
  }
}
