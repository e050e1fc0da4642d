package io.quaymaster.tenant;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What admins do with tenants, as beans. */
@Configuration(proxyBeanMethods = false)
@Import({Tenants.class})
public class TenantConfiguration {}
