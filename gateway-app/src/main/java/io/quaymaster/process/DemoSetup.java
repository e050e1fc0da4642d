package io.quaymaster.process;

/** Makes the demo's tenant, store and account where they are missing. */
@FunctionalInterface
public interface DemoSetup {
  /**
   * What {@code --demo} offers.
   *
   * @param password of our making, at least 16 characters
   */
  record DemoAccount(String tenant, String store, String username, String password) {
    public String loginName() {
      return username + "@" + tenant;
    }

    @Override
    public String toString() {
      return "DemoAccount[" + loginName() + "]";
    }
  }

  /** Afterwards the account exists, is active, and has this password. */
  void ensure(DemoAccount account);
}
