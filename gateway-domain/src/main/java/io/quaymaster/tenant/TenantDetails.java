package io.quaymaster.tenant;

import java.time.Instant;

/**
 * A tenant as it stands.
 *
 * @param version changes with every change
 */
public record TenantDetails(
    long id,
    String name,
    TenantSettings settings,
    Instant createdAt,
    Instant updatedAt,
    long version) {}
