package io.quaymaster.stores;

import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.accountfiles.AccountFilesEngine;
import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.cluster.DatabasePatience;
import io.quaymaster.process.ProcessId;
import io.quaymaster.secret.SecretSeal;
import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.storage.s3.S3FileStore;
import io.quaymaster.storage.s3.S3Limits;
import io.quaymaster.storage.s3.S3Stores;
import io.quaymaster.store.StoreProvisioning;
import java.io.IOException;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;

/** The stores that this gateway can open, and what keeps them clean. */
@Configuration(proxyBeanMethods = false)
public class StoresConfiguration {
  @Bean
  LocalRoots localRoots(GatewayProperties settings) throws IOException {
    return new LocalRoots(settings.localRoots()).prepared();
  }

  @Bean
  S3Stores s3Stores(GatewayProperties settings) {
    GatewayProperties.S3 s3 = settings.s3();
    return new S3Stores(
        new S3Limits(
            s3.uploadMemory().toBytes(),
            s3.uploadMemoryPerFile().toBytes(),
            s3.downloadMemory().toBytes(),
            s3.downloadMemoryPerFile().toBytes(),
            s3.patience()));
  }

  @Bean
  BucketStores bucketStores(
      S3Stores adapter,
      JdbcClient jdbc,
      PlatformTransactionManager transactions,
      ProcessId process,
      SecretSeal seal,
      GatewayProperties settings,
      MeterRegistry registry) {
    return new BucketStores(
        adapter,
        jdbc,
        transactions,
        new DatabasePatience(settings.quota().patience()),
        process.id(),
        seal,
        registry);
  }

  @Bean
  StoreCatalog storeCatalog(JdbcClient jdbc, LocalRoots roots, BucketStores buckets) {
    return new StoreCatalog(new StoreOpener(jdbc, roots, buckets));
  }

  @Bean
  StoreProvisioning storeProvisioning(
      LocalRoots roots, BucketStores buckets, StoreCatalog catalog, ClusterNotices notices) {
    return new Provisioning(roots, buckets, catalog, notices);
  }

  @Bean
  ExpiredUploads expiredUploads(AccountFilesEngine engine) {
    return engine::removePartial;
  }

  @Bean
  StoreSweeper storeSweeper(
      DataSource source,
      BucketStores buckets,
      StoreCatalog catalog,
      ExpiredUploads expired,
      GatewayProperties settings) {
    return new StoreSweeper(
        source,
        buckets::records,
        expired,
        (storeId, age) ->
            catalog.store(storeId) instanceof S3FileStore store ? store.sweep(age) : 0,
        storeId -> catalog.store(storeId) instanceof S3FileStore store ? store.abortUploads() : 0,
        settings.s3().partialsExpireAfter(),
        settings.s3().orphansAbortAfter());
  }

  @Bean
  SweepLifecycle sweepLifecycle(JdbcClient jdbc, StoreSweeper sweeper, GatewayProperties settings) {
    return new SweepLifecycle(new StoreRows(jdbc), sweeper, settings.s3().sweepInterval());
  }
}
