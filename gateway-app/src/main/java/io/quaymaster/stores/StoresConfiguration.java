package io.quaymaster.stores;

import io.quaymaster.cluster.ClusterNotices;
import io.quaymaster.settings.GatewayProperties;
import io.quaymaster.store.StoreProvisioning;
import java.io.IOException;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.core.simple.JdbcClient;

/** The stores that this gateway can open. */
@Configuration(proxyBeanMethods = false)
public class StoresConfiguration {
  @Bean
  LocalRoots localRoots(GatewayProperties settings) throws IOException {
    return new LocalRoots(settings.localRoots()).prepared();
  }

  @Bean
  StoreCatalog storeCatalog(JdbcClient jdbc, LocalRoots roots) {
    return new StoreCatalog(jdbc, roots);
  }

  @Bean
  StoreProvisioning storeProvisioning(
      LocalRoots roots, StoreCatalog catalog, ClusterNotices notices) {
    return new LocalProvisioning(roots, catalog, notices);
  }
}
