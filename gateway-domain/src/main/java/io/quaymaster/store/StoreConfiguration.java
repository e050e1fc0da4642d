package io.quaymaster.store;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What admins do with stores, as beans. Needs {@link StoreProvisioning}. */
@Configuration(proxyBeanMethods = false)
@Import({Stores.class})
public class StoreConfiguration {}
