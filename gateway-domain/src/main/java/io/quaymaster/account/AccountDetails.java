package io.quaymaster.account;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An account as it stands, without any secret.
 *
 * @param version changes with every change that an admin makes, not with a login
 */
public record AccountDetails(
    long id,
    String tenant,
    String username,
    AccountStatus status,
    AccountSettings settings,
    boolean hasPassword,
    @Nullable Instant passwordChangedAt,
    @Nullable Instant passwordExpiresAt,
    @Nullable Instant previousPasswordUntil,
    Instant createdAt,
    Instant updatedAt,
    @Nullable Instant lastLoginAt,
    long version) {}
