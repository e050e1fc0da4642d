package io.quaymaster.account;

/**
 * What the gateway's sessions must learn of an admin's change. Published inside the transaction:
 * whoever listens does so after commit ({@code @TransactionalEventListener}).
 */
public sealed interface AccountEvent {
  long accountId();

  /** Whether sessions of the account (of the key, for a key) end at once. */
  boolean endsSessions();

  /** A word for the client and the audit log. */
  String reason();

  /**
   * An account is no longer what it was. Grants are snapshots: what takes something away ends the
   * sessions, and what gives more holds from the next login on.
   */
  record AccountChanged(long accountId, Change change) implements AccountEvent {
    @Override
    public boolean endsSessions() {
      return change.endsSessions;
    }

    @Override
    public String reason() {
      return change.reason;
    }
  }

  /** A key no longer lets anyone in; ends the sessions that it let in. */
  record KeyRevoked(long accountId, long keyId) implements AccountEvent {
    @Override
    public boolean endsSessions() {
      return true;
    }

    @Override
    public String reason() {
      return "the key was revoked";
    }
  }

  record AccountDeleted(long accountId) implements AccountEvent {
    @Override
    public boolean endsSessions() {
      return true;
    }

    @Override
    public String reason() {
      return "the account was deleted";
    }
  }

  /** What changed, the gravest first. */
  enum Change {
    SUSPENDED("the account was suspended", true),
    EXPIRED("the account has expired", true),
    PROTOCOL_REMOVED("a protocol was taken away", true),
    SOURCE_REMOVED("an allowed source address was taken away", true),
    ACCESS_NARROWED("the account may do less now", true),
    RESUMED("the account was resumed", false),
    PASSWORD("the password was changed", false),
    SETTINGS("the settings were changed", false);

    private final String reason;
    private final boolean endsSessions;

    Change(String reason, boolean endsSessions) {
      this.reason = reason;
      this.endsSessions = endsSessions;
    }
  }
}
