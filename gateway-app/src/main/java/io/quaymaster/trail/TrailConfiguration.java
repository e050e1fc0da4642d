package io.quaymaster.trail;

import io.micrometer.core.instrument.MeterRegistry;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.audit.chain.Anchors;
import io.quaymaster.audit.chain.AuditKeeper;
import io.quaymaster.audit.chain.AuditTrail;
import io.quaymaster.audit.chain.KeeperSettings;
import io.quaymaster.audit.chain.SigningKey;
import io.quaymaster.audit.chain.VerifyingKeys;
import io.quaymaster.process.DataFolder;
import io.quaymaster.settings.AuditSettings;
import io.quaymaster.settings.GatewayProperties;
import java.io.IOException;
import java.time.Clock;
import javax.sql.DataSource;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** The audit log, signed, verified and kept. */
@Configuration(proxyBeanMethods = false)
public class TrailConfiguration {
  @Bean
  Anchors auditAnchors(DataFolder dataFolder) throws IOException {
    return Anchors.in(dataFolder.path().resolve("audit-anchors"));
  }

  @Bean
  AuditTrail auditTrail(DataSource source, VerifyingKeys keys, Anchors anchors) {
    return new AuditTrail(source, keys, anchors);
  }

  @Bean
  AuditKeeper auditKeeper(
      DataSource source,
      SigningKey key,
      VerifyingKeys keys,
      Anchors anchors,
      GatewayProperties properties,
      Chronicle chronicle,
      Clock clock) {
    AuditSettings audit = properties.audit();
    return new AuditKeeper(
        source,
        key,
        keys,
        anchors,
        new KeeperSettings(
            audit.checkpointEvents(),
            audit.checkpointInterval(),
            audit.retention().isZero() ? null : audit.retention()),
        chronicle,
        clock);
  }

  @Bean
  KeeperLifecycle keeperLifecycle(
      AuditKeeper keeper, GatewayProperties properties, MeterRegistry registry) {
    return new KeeperLifecycle(keeper, properties.audit().checkpointInterval(), registry);
  }
}
