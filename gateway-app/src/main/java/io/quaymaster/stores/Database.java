package io.quaymaster.stores;

import io.quaymaster.cluster.DatabasePatience;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The database as adapters see it: it answers, if need be after a while, or it is {@code
 * LEDGER_UNAVAILABLE}. Threads: any.
 */
final class Database {
  private final JdbcClient jdbc;
  private final TransactionTemplate transaction;
  private final DatabasePatience patience;

  Database(JdbcClient jdbc, PlatformTransactionManager transactions, DatabasePatience patience) {
    this.jdbc = jdbc;
    this.patience = patience;
    this.transaction = new TransactionTemplate(transactions);
    // What a store records stays recorded, whatever becomes of the transaction that asked for it.
    this.transaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
  }

  JdbcClient jdbc() {
    return jdbc;
  }

  /** What a new session needs: who comes while the database is away is not kept waiting. */
  static <T extends @Nullable Object> T askOnce(Supplier<T> question) throws FileFailure {
    try {
      return question.get();
    } catch (DataAccessException | TransactionException away) {
      throw unavailable(away);
    }
  }

  private static FileFailure unavailable(RuntimeException away) {
    return new FileFailure(Kind.LEDGER_UNAVAILABLE, "the database does not answer now", away);
  }

  /** One statement that may be asked again, or several that only read. */
  <T extends @Nullable Object> T ask(Supplier<T> question) throws FileFailure {
    try {
      return patience.ask(question);
    } catch (DataAccessException | TransactionException away) {
      throw unavailable(away);
    }
  }

  /** All of it or nothing, in a transaction of its own; perhaps again, as its answer got lost. */
  <T extends @Nullable Object> T change(Supplier<T> work) throws FileFailure {
    return ask(() -> transaction.execute(_ -> work.get()));
  }
}
