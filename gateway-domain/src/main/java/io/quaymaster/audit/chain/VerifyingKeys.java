package io.quaymaster.audit.chain;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** The keys whose checkpoints are believed. Immutable. */
public final class VerifyingKeys {
  private final Map<String, VerifyingKey> byId;

  public VerifyingKeys(Collection<VerifyingKey> keys) {
    this.byId =
        keys.stream()
            .collect(Collectors.toMap(VerifyingKey::id, Function.identity(), (one, same) -> one));
  }

  public List<VerifyingKey> all() {
    return List.copyOf(byId.values());
  }

  boolean knows(String keyId) {
    return byId.containsKey(keyId);
  }

  /** Whether one of these keys signed it. */
  boolean signed(Checkpoint checkpoint) {
    VerifyingKey key = byId.get(checkpoint.keyId());
    return key != null && key.signed(checkpoint);
  }
}
