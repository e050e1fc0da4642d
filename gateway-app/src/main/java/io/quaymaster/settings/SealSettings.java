package io.quaymaster.settings;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The keys with which secrets in the database are sealed.
 *
 * @param key 32 bytes in Base64; null: see {@code keyFile}
 * @param keyFile a file with it, and perhaps with others; null: generated into the data folder
 * @param nextKey opens only: the key that will be the current one; null: none
 * @param previousKeys open only, and what they sealed is sealed anew
 * @param resealInterval how often is looked for such secrets
 */
public record SealSettings(
    @Nullable String key,
    @Nullable String keyFile,
    @Nullable String nextKey,
    @DefaultValue List<String> previousKeys,
    @DefaultValue("1m") Duration resealInterval) {
  public SealSettings {
    key = Bounds.textOrNull(key);
    keyFile = Bounds.textOrNull(keyFile);
    nextKey = Bounds.textOrNull(nextKey);
    previousKeys = previousKeys.stream().filter(k -> !k.isBlank()).toList();
    Bounds.duration(
        "quaymaster.seal.reseal-interval",
        resealInterval,
        Duration.ofSeconds(1),
        Duration.ofDays(1));
  }

  @Override
  public String toString() {
    return "SealSettings[key=%s, keyFile=%s, nextKey=%s, previousKeys=%d]"
        .formatted(
            key == null ? "none" : "hidden",
            keyFile,
            nextKey == null ? "none" : "hidden",
            previousKeys.size());
  }
}
