package io.quaymaster.admission;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What admins do with bans, as beans. Needs {@link BanChanges}. */
@Configuration(proxyBeanMethods = false)
@Import(Bans.class)
public class AdmissionConfiguration {}
