package io.quaymaster.settings;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * How the audit log is signed and how long it is kept.
 *
 * @param key 32 secret bytes of an Ed25519 key in Base64; null: see {@code keyFile}
 * @param keyFile a file with them; null: generated into the data folder
 * @param trustedKeys public keys of other gateways, and of earlier ones, whose checkpoints are
 *     believed
 * @param checkpointEvents a chain is signed at the latest after so many rows
 * @param checkpointInterval and at the latest so long after a row
 * @param retention months that ended so long ago are dropped; zero: never
 */
public record AuditSettings(
    @Nullable String key,
    @Nullable String keyFile,
    @DefaultValue List<String> trustedKeys,
    @DefaultValue("1000") int checkpointEvents,
    @DefaultValue("1m") Duration checkpointInterval,
    @DefaultValue("400d") Duration retention) {
  /** The database itself keeps rows so long, whoever asks. */
  private static final Duration LEAST_RETENTION = Duration.ofDays(31);

  public AuditSettings {
    key = Bounds.textOrNull(key);
    keyFile = Bounds.textOrNull(keyFile);
    trustedKeys = trustedKeys.stream().filter(k -> !k.isBlank()).toList();
    Bounds.number("quaymaster.audit.checkpoint-events", checkpointEvents, 1, 1_000_000);
    Bounds.duration(
        "quaymaster.audit.checkpoint-interval",
        checkpointInterval,
        Duration.ofSeconds(1),
        Duration.ofDays(1));
    if (!retention.isZero()) {
      Bounds.duration(
          "quaymaster.audit.retention", retention, LEAST_RETENTION, Duration.ofDays(36_500));
    }
  }

  @Override
  public String toString() {
    return "AuditSettings[key=%s, keyFile=%s, retention=%s]"
        .formatted(key == null ? "none" : "hidden", keyFile, retention);
  }
}
