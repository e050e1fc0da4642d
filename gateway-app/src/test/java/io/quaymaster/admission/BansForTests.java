package io.quaymaster.admission;

import io.quaymaster.token.Admin;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/** What REST would do as a platform admin. */
public final class BansForTests {
  private static final Admin ROOT = new Admin("root", null);

  private final Bans bans;

  public BansForTests(
      JdbcClient jdbc, BanChanges changes, TransactionOperations transaction, Clock clock) {
    this.bans = new Bans(jdbc, changes, transaction, clock);
  }

  public List<BanRow> list() {
    return bans.list(ROOT, new Bans.Filter(null, null, null), 0, 1000);
  }

  /** The subjects of those that are not over. */
  public List<String> subjects() {
    return list().stream().map(row -> row.ban().subject().toString()).toList();
  }

  public void impose(String network, Instant until) {
    bans.impose(ROOT, SourceNetwork.parse(network), "a test", until);
  }

  public void liftAll() {
    list().forEach(row -> bans.lift(ROOT, row.id()));
  }
}
