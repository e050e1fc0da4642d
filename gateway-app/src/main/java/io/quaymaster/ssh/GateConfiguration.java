package io.quaymaster.ssh;

import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.admission.AccountSources;
import io.quaymaster.admission.BanBook;
import io.quaymaster.admission.BanKeeper;
import io.quaymaster.admission.NetworkBlocks;
import io.quaymaster.admission.Penalties;
import io.quaymaster.admission.PenaltyKind;
import io.quaymaster.admission.PenaltyRules;
import io.quaymaster.admission.PenaltySettings;
import io.quaymaster.admission.SourceNetwork;
import io.quaymaster.admission.StartupLimit;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.process.ProcessId;
import io.quaymaster.settings.AdmissionProperties;
import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.ssh.admission.BanLifecycle;
import io.quaymaster.ssh.admission.Gate;
import io.quaymaster.ssh.admission.GateSettings;
import io.quaymaster.ssh.admission.LoginGuard;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** The gate before the SSH face, put together. */
@Configuration(proxyBeanMethods = false)
public class GateConfiguration {
  /** A proxy's own connections are health checks: a ban of these would be an outage. */
  @Bean
  BanBook banBook(GatewayProperties properties, Clock clock) {
    AdmissionProperties admission = properties.admission();
    return new BanBook(
        new NetworkBlocks(admission.ipv4Prefix(), admission.ipv6Prefix()),
        rules(admission.penalties()),
        Stream.concat(
                networks(admission.exemptNetworks()).stream(),
                networks(admission.proxies()).stream())
            .toList(),
        clock);
  }

  private static PenaltySettings rules(AdmissionProperties.Penalties penalties) {
    return new PenaltySettings(
        penalties.enabled()
            ? Map.of(
                PenaltyKind.AUTH_FAILED, penalties.authFailed(),
                PenaltyKind.NO_AUTH, penalties.noAuth(),
                PenaltyKind.GRACE_EXCEEDED, penalties.graceExceeded(),
                PenaltyKind.CRASH, penalties.crash())
            : Map.of(),
        new PenaltyRules(penalties.threshold(), penalties.longest(), penalties.forgetAfter()),
        new PenaltyRules(
            penalties.accountThreshold(), penalties.longest(), penalties.forgetAfter()),
        penalties.maxTracked());
  }

  private static List<SourceNetwork> networks(List<String> texts) {
    return texts.stream().map(SourceNetwork::parse).toList();
  }

  @Bean
  AccountSources accountSources(JdbcClient jdbc, BanBook book, Clock clock) {
    return new AccountSources(jdbc, book, clock);
  }

  @Bean
  BanKeeper banKeeper(
      BanBook book,
      AccountSources sources,
      JdbcClient jdbc,
      TransactionOperations transaction,
      ClusterNotices notices,
      Chronicle chronicle,
      Clock clock,
      GatewayProperties properties) {
    return new BanKeeper(
        book,
        sources,
        jdbc,
        transaction,
        notices,
        chronicle,
        clock,
        properties.admission().penalties().maxTracked());
  }

  @Bean
  Penalties penalties(BanBook book, BanKeeper keeper, ClusterNotices notices, ProcessId process) {
    return new Penalties(book, keeper, notices, process.id());
  }

  @Bean
  BanLifecycle banLifecycle(BanKeeper keeper, Penalties penalties) {
    return new BanLifecycle(keeper, penalties);
  }

  @Bean
  Gate gate(
      GatewayProperties properties,
      BanBook book,
      Penalties penalties,
      Clock clock,
      MeterRegistry registry) {
    AdmissionProperties admission = properties.admission();
    GateSettings settings =
        new GateSettings(
            new StartupLimit(
                admission.earlyDropFrom(),
                admission.earlyDropPercent(),
                properties.ssh().maxUnauthenticated()),
            admission.maxUnauthenticatedPerSource(),
            admission.handshakesPerSecond(),
            admission.handshakeBurst(),
            properties.ssh().authTimeout(),
            networks(admission.proxies()),
            admission.proxyHeaderTimeout());
    return new Gate(settings, book, penalties, clock, new SecureRandom()::nextInt, registry);
  }

  @Bean
  LoginGuard loginGuard(
      GatewayProperties properties,
      BanBook book,
      Penalties penalties,
      BanKeeper keeper,
      AccountSources sources) {
    return new LoginGuard(book, penalties, keeper, sources, properties.ssh().defaultTenant());
  }
}
