package io.quaymaster.audit.chain;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How the audit log is kept.
 *
 * @param checkpointEvents a chain is signed at the latest after so many rows
 * @param checkpointInterval and at the latest so long after a row
 * @param retention months that ended so long ago are dropped; null: never
 */
public record KeeperSettings(
    long checkpointEvents, Duration checkpointInterval, @Nullable Duration retention) {}
