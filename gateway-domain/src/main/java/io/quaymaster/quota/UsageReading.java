package io.quaymaster.quota;

/** The port through which admins read usage. Threads: any; one database call each. */
public interface UsageReading {
  /**
   * @throws IllegalStateException if the tenant has no ledger row
   */
  Usage ofTenant(long tenantId);

  /**
   * @throws IllegalStateException if the place has no ledger row
   */
  Usage ofPlace(PlaceId place);
}
