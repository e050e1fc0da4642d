package io.quaymaster.stores;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** As Prometheus reads it. */
class MicrometerS3MetersTest {
  @Test
  void aStoresTrafficIsShownUnderItsName() {
    PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    MicrometerS3Meters meters = new MicrometerS3Meters(registry, "acme/lake");
    MicrometerS3Meters others = new MicrometerS3Meters(registry, "acme/pond");

    meters.request("UploadPart", "ok", Duration.ofMillis(30), 3);
    meters.request("UploadPart", "ok", Duration.ofMillis(40), 1);
    meters.request("GetObject", "server-error", Duration.ofSeconds(1), 1);
    meters.sent(100);
    meters.received(7);
    meters.partsInFlight(3);
    meters.partsInFlight(-1);
    meters.memory(1000);
    meters.orphanUploadsAborted(4);
    others.partsInFlight(9);

    assertThat(registry.scrape().lines())
        .contains(
            "quaymaster_s3_requests_seconds_count{operation=\"UploadPart\",outcome=\"ok\",store=\"acme/lake\"}"
                + " 2",
            "quaymaster_s3_requests_seconds_bucket{operation=\"UploadPart\",outcome=\"ok\",store=\"acme/lake\",le=\"0.025\"}"
                + " 0",
            "quaymaster_s3_requests_seconds_bucket{operation=\"UploadPart\",outcome=\"ok\",store=\"acme/lake\",le=\"0.05\"}"
                + " 2",
            "quaymaster_s3_requests_seconds_count{operation=\"GetObject\",outcome=\"server-error\",store=\"acme/lake\"}"
                + " 1",
            "quaymaster_s3_retries_total{store=\"acme/lake\"} 2.0",
            "quaymaster_s3_sent_bytes_total{store=\"acme/lake\"} 100.0",
            "quaymaster_s3_received_bytes_total{store=\"acme/lake\"} 7.0",
            "quaymaster_s3_parts_in_flight{store=\"acme/lake\"} 2.0",
            "quaymaster_s3_parts_in_flight{store=\"acme/pond\"} 9.0",
            "quaymaster_s3_memory_bytes{store=\"acme/lake\"} 1000.0",
            "quaymaster_s3_orphan_uploads_aborted_total{store=\"acme/lake\"} 4.0");
    assertThat(registry.scrape().lines().filter(line -> line.startsWith("# HELP ")))
        .hasSizeGreaterThanOrEqualTo(7)
        .allMatch(line -> line.matches("# HELP quaymaster_s3_[a-z_]+ [A-Z].+"));
  }
}
