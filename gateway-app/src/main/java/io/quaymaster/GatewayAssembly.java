package io.quaymaster;

import io.quaymaster.admin.AdminApiConfiguration;
import io.quaymaster.ledger.LedgerConfiguration;
import io.quaymaster.process.ProcessConfiguration;
import io.quaymaster.ssh.GateConfiguration;
import io.quaymaster.ssh.SshConfiguration;
import io.quaymaster.stores.StoresConfiguration;
import io.quaymaster.traces.TracesConfiguration;
import io.quaymaster.trail.TrailConfiguration;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.security.autoconfigure.UserDetailsServiceAutoConfiguration;
import org.springframework.context.annotation.Import;

/**
 * What the gateway is made of: this list and nothing else, for there is no component scan. Entities
 * and repositories are found by Spring Data below this package.
 *
 * <p>Spring Boot's default user is left out: admins are tokens.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration(exclude = UserDetailsServiceAutoConfiguration.class)
@Import({
  ProcessConfiguration.class,
  TracesConfiguration.class,
  StoresConfiguration.class,
  LedgerConfiguration.class,
  GateConfiguration.class,
  TrailConfiguration.class,
  SshConfiguration.class,
  AdminApiConfiguration.class
})
class GatewayAssembly {}
