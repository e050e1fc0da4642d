package io.quaymaster.ledger;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.Journal;
import io.quaymaster.audit.ObservedChronicle;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.files.FileStores;
import io.quaymaster.process.DataFolder;
import io.quaymaster.process.ProcessId;
import io.quaymaster.quota.LedgerSettings;
import io.quaymaster.quota.QuotaAssembly;
import io.quaymaster.quota.Recount;
import io.quaymaster.quota.ScopeChanges;
import io.quaymaster.quota.UsageFlush;
import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.traces.ChronicleTracing;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

/** The ledger, the journal and the notices of this process. */
@Configuration(proxyBeanMethods = false)
public class LedgerConfiguration {
  @Bean
  ClusterNotices clusterNotices(DataSource source, MeterRegistry registry) {
    ClusterNotices notices = new ClusterNotices(source);
    Gauge.builder("quaymaster.cluster.listening", notices, n -> n.isListening() ? 1 : 0)
        .description("1 while notices of other gateways arrive")
        .register(registry);
    return notices;
  }

  @Bean
  QuotaAssembly quotaAssembly(
      DataSource source,
      PlatformTransactionManager transactions,
      FileStores stores,
      DataFolder dataFolder,
      GatewayProperties properties,
      MeterRegistry registry,
      ClusterNotices notices,
      ProcessId process)
      throws IOException {
    Journal journal =
        new Journal(dataFolder.path().resolve("journal"), properties.quota().journal().toBytes());
    return new QuotaAssembly(
        source,
        transactions,
        stores,
        journal,
        settings(properties.quota()),
        registry,
        notices,
        process.id());
  }

  private static LedgerSettings settings(GatewayProperties.Quota quota) {
    return new LedgerSettings(
        quota.firstBlock().toBytes(),
        quota.largestBlock().toBytes(),
        LedgerSettings.DEFAULTS.blockFiles(),
        quota.settleInterval(),
        quota.leaseIdle(),
        quota.heartbeat(),
        quota.deadAfter(),
        LedgerSettings.DEFAULTS.reclaimWait(),
        quota.patience());
  }

  @Bean
  LedgerLifecycle ledgerLifecycle(QuotaAssembly ledger, ClusterNotices notices) {
    return new LedgerLifecycle(ledger, notices);
  }

  /** Traces are outermost, so that the log's lines bear them. */
  @Bean
  Chronicle chronicle(
      QuotaAssembly ledger, MeterRegistry registry, Optional<ChronicleTracing> tracing) {
    Chronicle observed = new ObservedChronicle(ledger.chronicle(), registry);
    return tracing.map(traces -> traces.around(observed)).orElse(observed);
  }

  /** Then what is reserved is only what is being written. */
  @Bean
  UsageFlush usageFlush(QuotaAssembly ledger) {
    return () -> ledger.settler().settle(Duration.ZERO);
  }

  @Bean
  ScopeChanges scopeChanges(QuotaAssembly ledger) {
    return new LedgerScopeChanges(ledger);
  }

  @Bean
  Recount recount(QuotaAssembly ledger) {
    return ledger.recounter()::recount;
  }
}
