package io.quaymaster.certificate;

import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;

/** What admins do with certificate authorities, as beans. */
@Configuration(proxyBeanMethods = false)
@Import({CertificateAuthorities.class})
public class CertificateConfiguration {}
