package io.quaymaster.process;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.quaymaster.account.Accounts;
import io.quaymaster.secret.Resealer;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.store.Stores;
import io.quaymaster.tenant.Tenants;
import jakarta.servlet.http.HttpServletRequest;
import java.nio.file.Path;
import java.time.Clock;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.boot.availability.ApplicationAvailability;
import org.springframework.boot.availability.ReadinessState;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.flyway.autoconfigure.FlywayMigrationStrategy;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.micrometer.metrics.system.DiskSpaceMetricsBinder;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.util.matcher.OrRequestMatcher;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.web.context.support.WebApplicationContextUtils;

/**
 * The process's own beans; {@link StartupChecks} adds {@link DataFolder}, {@link HostKeys} the
 * token and the seal.
 */
@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(GatewayProperties.class)
public class ProcessConfiguration {
  @Bean
  FlywayMigrationStrategy schema(GatewayProperties settings) {
    return flyway -> DatabaseCheck.prepareSchema(flyway, settings.database().migrate());
  }

  /**
   * A gateway without its host keys does not start, so here they are in memory. Whether the files
   * are still there does not matter to clients: a rotated secret must not take every replica out.
   */
  @Bean
  HealthIndicator hostKeysHealthIndicator(HostKeys hostKeys) {
    return () -> hostKeys.shown().isEmpty() ? Health.down().build() : Health.up().build();
  }

  @Bean
  HealthIndicator sshHealthIndicator(SshListener ssh) {
    return () -> ssh.isListening() ? Health.up().build() : Health.down().build();
  }

  /** What readiness says, without asking the database: who reads metrics must not wait for it. */
  @Bean
  MeterBinder readyMeter(ApplicationAvailability availability, SshListener ssh) {
    return registry ->
        Gauge.builder("quaymaster.ready", () -> takesConnections(availability, ssh) ? 1 : 0)
            .description("1 while the SSH ports are open and the process is not on its way out")
            .register(registry);
  }

  private static boolean takesConnections(ApplicationAvailability availability, SshListener ssh) {
    return availability.getReadinessState() == ReadinessState.ACCEPTING_TRAFFIC
        && ssh.isListening();
  }

  /** Of the folders that fill, and not of the working directory. */
  @Bean
  DiskSpaceMetricsBinder diskSpace(GatewayProperties settings) {
    return new DiskSpaceMetricsBinder(
        Stream.concat(Stream.of(settings.dataFolder()), settings.localRoots().stream())
            .distinct()
            .map(Path::toFile)
            .toList(),
        Tags.empty());
  }

  @Bean
  Clock clock() {
    return Clock.systemUTC();
  }

  @Bean
  ProcessId processId() {
    return new ProcessId(UUID.randomUUID());
  }

  @Bean
  SealLifecycle sealLifecycle(
      JdbcClient jdbc,
      TransactionOperations transaction,
      SecretSeal seal,
      GatewayProperties settings,
      MeterRegistry registry) {
    return new SealLifecycle(
        new Resealer(jdbc, transaction, seal), settings.seal().resealInterval(), registry);
  }

  @Bean
  DemoSetup demoSetup(Tenants tenants, Stores stores, Accounts accounts) {
    return new DemoData(tenants, stores, accounts);
  }

  /**
   * Health and metrics have a port of their own, which the network keeps from strangers. No token
   * is asked for there: what else somebody may look for is not there.
   */
  @Bean
  @Order(Ordered.HIGHEST_PRECEDENCE)
  SecurityFilterChain managementSecurity(HttpSecurity http) {
    return http.securityMatcher(
            new OrRequestMatcher(
                EndpointRequest.toAnyEndpoint(), ProcessConfiguration::isOnManagementPort))
        .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
        .sessionManagement(s -> s.sessionCreationPolicy(SessionCreationPolicy.STATELESS))
        .csrf(csrf -> csrf.disable())
        .requestCache(cache -> cache.disable())
        .build();
  }

  private static boolean isOnManagementPort(HttpServletRequest request) {
    return WebServerApplicationContext.hasServerNamespace(
        WebApplicationContextUtils.getWebApplicationContext(request.getServletContext()),
        "management");
  }

  @Bean
  @Order(Ordered.LOWEST_PRECEDENCE)
  Announcer announcer(
      GatewayProperties settings,
      Environment environment,
      DataFolder dataFolder,
      HostKeys hostKeys,
      AdminToken adminToken,
      SshListener ssh,
      DemoSetup demoSetup) {
    return new Announcer(settings, environment, dataFolder, hostKeys, adminToken, ssh, demoSetup);
  }
}
