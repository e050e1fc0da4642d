package io.quaymaster.tenant.scope;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * To which tenant the work of this thread is bound, if to any. Where it is, every connection that
 * {@link ScopedDataSource} gives out is bound too, and PostgreSQL's row-level security keeps all
 * other tenants' rows from it (see {@code docs/adr/0017}).
 *
 * <p>Threads that are begun within do not inherit it: what they do is the gateway's own work.
 *
 * @param id of the tenant
 * @param name of the tenant
 */
public record TenantScope(long id, String name) {
  private static final ScopedValue<Optional<TenantScope>> CURRENT = ScopedValue.newInstance();

  /** Work that may fail in one way of its own. */
  @FunctionalInterface
  public interface Work<X extends Exception> {
    void run() throws X;
  }

  /** Does the work bound to this tenant. */
  public <X extends Exception> void run(Work<X> work) throws X {
    within(Optional.of(this), work);
  }

  /**
   * Does the gateway's own work, which concerns all tenants, whoever's request it is that waits for
   * it: settling, counting, writing the journal to the database. Never what a request asked for.
   * Outside of a transaction: a connection stays bound as it was when it was taken.
   */
  public static <X extends Exception> void runForGateway(Work<X> work) throws X {
    within(Optional.empty(), work);
  }

  static Optional<TenantScope> current() {
    return CURRENT.isBound() ? CURRENT.get() : Optional.empty();
  }

  /** As V9's policies read it. */
  String setting() {
    return id + ":" + name;
  }

  private static <X extends Exception> void within(Optional<TenantScope> scope, Work<X> work)
      throws X {
    ScopedValue.where(CURRENT, scope)
        .<@Nullable Void, X>call(
            () -> {
              work.run();
              return null;
            });
  }
}
