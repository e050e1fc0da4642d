package io.quaymaster.quota;

/** The port through which the ledger learns what admins change under it. */
public interface ScopeChanges {
  /**
   * A place was made, and files may lie there already. Called after the transaction that made the
   * row has committed, in the thread of the admin's request. A row whose {@code measured_at} is
   * null was never measured: that is how the ledger finds one whose call was lost in a crash.
   *
   * @param scopeId id of the row in {@code quota_scope}
   */
  void placeCreated(long scopeId);

  /**
   * A limit was changed. Called inside the transaction that changes it; takes effect with its
   * commit.
   *
   * @param scopeId id of the row in {@code quota_scope}
   */
  void limitChanged(long scopeId);
}
