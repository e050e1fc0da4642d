package io.quaymaster.token;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What admins do with tokens, as beans. Needs {@link BootstrapToken}. */
@Configuration(proxyBeanMethods = false)
@Import({ApiTokens.class, TokenCheck.class, FederatedAdmins.class})
public class TokenConfiguration {}
