package io.quaymaster.ledger;

import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.Journal;
import io.quaymaster.audit.ObservedChronicle;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileStores;
import io.quaymaster.process.DataFolder;
import io.quaymaster.quota.LedgerSettings;
import io.quaymaster.quota.PlaceMeasuring;
import io.quaymaster.quota.QuotaAssembly;
import io.quaymaster.quota.Recount;
import io.quaymaster.quota.UsageFlush;
import io.quaymaster.settings.GatewayProperties;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;

/** The ledger, the journal and the notices of this process. */
@Configuration(proxyBeanMethods = false)
public class LedgerConfiguration {
  private static final Logger log = LoggerFactory.getLogger(LedgerConfiguration.class);

  @Bean
  ClusterNotices clusterNotices(DataSource source) {
    return new ClusterNotices(source);
  }

  @Bean
  QuotaAssembly quotaAssembly(
      DataSource source,
      PlatformTransactionManager transactions,
      FileStores stores,
      DataFolder dataFolder,
      GatewayProperties properties,
      MeterRegistry registry,
      ClusterNotices notices)
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
        UUID.randomUUID());
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
        LedgerSettings.DEFAULTS.reclaimWait());
  }

  @Bean
  LedgerLifecycle ledgerLifecycle(QuotaAssembly ledger, ClusterNotices notices) {
    return new LedgerLifecycle(ledger, notices);
  }

  @Bean
  Chronicle chronicle(QuotaAssembly ledger, MeterRegistry registry) {
    return new ObservedChronicle(ledger.chronicle(), registry);
  }

  /** Then what is reserved is only what is being written. */
  @Bean
  UsageFlush usageFlush(QuotaAssembly ledger) {
    return () -> ledger.settler().settle(Duration.ZERO);
  }

  /**
   * In a thread of its own: the caller's has just committed, and what it asked of the database now
   * would belong to a transaction that nobody commits.
   */
  @Bean
  PlaceMeasuring placeMeasuring(QuotaAssembly ledger) {
    return scopeId -> {
      Thread counting = Thread.ofVirtual().name("count-place").start(() -> count(ledger, scopeId));
      try {
        counting.join();
      } catch (InterruptedException impatient) {
        Thread.currentThread().interrupt();
      }
    };
  }

  private static void count(QuotaAssembly ledger, long scopeId) {
    try {
      ledger.placeMade(scopeId);
    } catch (FileFailure | RuntimeException failed) {
      log.error("The new place {} could not be counted. Ask for a recount.", scopeId, failed);
    }
  }

  @Bean
  Recount recount(QuotaAssembly ledger) {
    return ledger.recounter()::recount;
  }
}
