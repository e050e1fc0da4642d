package io.quaymaster.account;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What admins do with accounts, as beans. Needs {@link PasswordHashes}. */
@Configuration(proxyBeanMethods = false)
@Import({
  AccountPlaces.class,
  AccountReading.class,
  Accounts.class,
  AccountKeys.class,
  AccountCodes.class
})
public class AccountConfiguration {}
