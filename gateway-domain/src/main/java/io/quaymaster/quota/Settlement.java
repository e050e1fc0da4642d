package io.quaymaster.quota;

/** What one settlement takes to the database. */
record Settlement(ScopeLedger scope, Amount usedChange, Amount spent, Amount returned) {
  Amount leaseGone() {
    return spent.plus(returned);
  }

  boolean isNothing() {
    return usedChange.isNone() && spent.isNone() && returned.isNone();
  }
}
