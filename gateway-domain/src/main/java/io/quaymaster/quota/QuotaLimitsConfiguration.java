package io.quaymaster.quota;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/**
 * What admins read and set of quotas, as beans. Needs {@link ScopeChanges} and {@link UsageFlush}.
 */
@Configuration(proxyBeanMethods = false)
@Import({QuotaScopes.class, JdbcUsageReading.class})
public class QuotaLimitsConfiguration {}
