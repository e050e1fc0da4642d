package io.quaymaster.secret;

import io.quaymaster.secret.SecretSeal.KeyUse;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * Seals what previous keys sealed anew with the current one, while all gateways run: a few rows in
 * one transaction, each only if it still is what was read, so that a change that came between is
 * not lost. Whenever it is cut off, each row has the one seal or the other.
 *
 * <p>Threads: any. One process at a time does it: the others find a lock and leave it to that one.
 */
public final class Resealer {
  static final int ROWS_AT_ONCE = 50;

  /** Names in a sentence about secrets that cannot be opened. */
  private static final int EXAMPLES = 5;

  /** Any number that no other advisory lock of ours has: "seal" in ASCII. */
  static final long LOCK = 0x7365616cL;

  private static final Logger log = LoggerFactory.getLogger(Resealer.class);

  /**
   * How many secrets there are of a key.
   *
   * @param keyId as {@link SecretSeal#keyId}
   */
  public record Count(String keyId, KeyUse use, long secrets) {}

  private record Row(long id, SealedSecret secret, SealPurpose purpose) {}

  /**
   * @param last behind which to go on
   * @param rows that were looked at
   */
  private record Batch(long last, int rows, int exchanged) {
    static final Batch NOT_OURS = new Batch(Long.MAX_VALUE, 0, 0);
  }

  private final JdbcClient jdbc;
  private final TransactionOperations transaction;
  private final SecretSeal seal;

  public Resealer(JdbcClient jdbc, TransactionOperations transaction, SecretSeal seal) {
    this.jdbc = jdbc;
    this.transaction = transaction;
    this.seal = seal;
  }

  /**
   * Seals anew all that previous keys sealed. A secret that does not open is told in the log and
   * left as it is.
   *
   * @return how many; 0 too if another process is at it
   * @throws org.springframework.dao.DataAccessException if the database does not answer; what was
   *     done is done
   */
  public int resealAll() {
    String[] previous = idsOf(KeyUse.PREVIOUS);
    int exchanged = 0;
    if (previous.length > 0) {
      for (SealedTable table : SealedTable.values()) {
        Batch batch = new Batch(0, ROWS_AT_ONCE, 0);
        while (batch.rows() == ROWS_AT_ONCE) {
          long behind = batch.last();
          batch = transaction.execute(_ -> reseal(table, previous, behind));
          exchanged += batch.exchanged();
        }
      }
    }
    return exchanged;
  }

  private Batch reseal(SealedTable table, String[] previous, long behind) {
    if (!lock()) {
      return Batch.NOT_OURS;
    }
    List<Row> rows = rows(table, previous, behind, ROWS_AT_ONCE);
    int exchanged = 0;
    for (Row row : rows) {
      exchanged += reseal(table, row);
    }
    return new Batch(rows.isEmpty() ? behind : rows.getLast().id(), rows.size(), exchanged);
  }

  /** Until the transaction ends, however it ends. */
  private boolean lock() {
    return jdbc.sql("select pg_try_advisory_xact_lock(?)")
        .param(LOCK)
        .query((row, _) -> row.getBoolean(1))
        .single();
  }

  private int reseal(SealedTable table, Row row) {
    SealedSecret anew;
    try {
      anew = seal.seal(seal.unseal(row.secret(), row.purpose()), row.purpose());
    } catch (SealBroken broken) {
      log.error("{} It stays as it is.", broken.getMessage());
      return 0;
    }
    return jdbc.sql(table.exchange())
        .param(anew.bytes())
        .param(row.id())
        .param(row.secret().bytes())
        .update();
  }

  private List<Row> rows(SealedTable table, String[] keyIds, long behind, int most) {
    return jdbc.sql(table.rowsOfKeys())
        .param(keyIds)
        .param(behind)
        .param(most)
        .query(
            (row, _) ->
                new Row(
                    row.getLong("id"),
                    new SealedSecret(row.getBytes("sealed_secret")),
                    table.purpose(row.getString("tenant"), row.getString("name"))))
        .list();
  }

  /** The secrets in the database by key: of all keys that the gateway has, and of others. */
  public List<Count> census() {
    Map<String, Long> counts = new LinkedHashMap<>();
    seal.keyIds().forEach(id -> counts.put(id, 0L));
    jdbc.sql(SealedTable.census())
        .query(
            row -> {
              counts.put(row.getString("key_id"), row.getLong("secrets"));
            });
    return counts.entrySet().stream()
        .map(e -> new Count(e.getKey(), seal.useOf(e.getKey()), e.getValue()))
        .toList();
  }

  /** Some of the secrets of keys that are missing, as {@link SealPurpose} names them. */
  public List<String> examplesOf(Collection<String> keyIds) {
    List<String> examples = new ArrayList<>();
    for (SealedTable table : SealedTable.values()) {
      rows(table, keyIds.toArray(String[]::new), 0, EXAMPLES - examples.size())
          .forEach(row -> examples.add(row.purpose().text()));
    }
    return examples;
  }

  private String[] idsOf(KeyUse use) {
    return seal.keyIds().stream().filter(id -> seal.useOf(id) == use).toArray(String[]::new);
  }
}
