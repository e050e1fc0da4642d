package io.quaymaster.account;

import java.util.Locale;

/** Whether an account may log in. The wire name is the lower-case name. */
public enum AccountStatus {
  ACTIVE,
  SUSPENDED;

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }
}
