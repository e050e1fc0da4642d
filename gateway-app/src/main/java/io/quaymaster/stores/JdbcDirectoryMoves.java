package io.quaymaster.stores;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import io.quaymaster.storage.s3.DirectoryMoves;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient.StatementSpec;

/**
 * One store's moves in the table {@code directory_move}. A move belongs to a process as long as
 * that one has its row in {@code gateway_process}; who settles a dead process removes the row, and
 * with it the owner.
 */
final class JdbcDirectoryMoves implements DirectoryMoves {
  private static final String COLUMNS = "id, source, target, phase";

  private final Database database;
  private final long storeId;
  private final UUID process;

  JdbcDirectoryMoves(Database database, long storeId, UUID process) {
    this.database = database;
    this.storeId = storeId;
    this.process = process;
  }

  @Override
  public List<Move> all() throws FileFailure {
    return database.ask(this::moves);
  }

  private List<Move> moves() {
    return sql("select " + COLUMNS + " from directory_move where store_id = :store order by id")
        .query(JdbcDirectoryMoves::move)
        .list();
  }

  @Override
  public boolean begin(Move move) throws FileFailure {
    return database.change(
        () -> {
          lockStore();
          if (moves().stream()
              .anyMatch(other -> !other.id().equals(move.id()) && meet(move, other))) {
            return false;
          }
          sql("""
          insert into directory_move (id, store_id, source, target, phase, process_id)
          values (:id, :store, :source, :target, 'copying', :process)
          on conflict (id) do nothing
          """)
              .param("id", move.id())
              .param("source", KeyBytes.of(move.from()))
              .param("target", KeyBytes.of(move.to()))
              .param("process", process)
              .update();
          return true;
        });
  }

  /** One beginning at a time; rows that refer to the store may be made meanwhile. */
  private void lockStore() {
    sql("select id from store where id = :store for no key update")
        .query((row, n) -> row.getLong(1))
        .list();
  }

  private static boolean meet(Move one, Move other) {
    return Stream.of(one.from(), one.to())
        .anyMatch(key -> overlap(key, other.from()) || overlap(key, other.to()));
  }

  private static boolean overlap(StoreKey one, StoreKey other) {
    return one.startsWith(other) || other.startsWith(one);
  }

  /**
   * {@inheritDoc}
   *
   * @throws FileFailure BUSY if this process was taken for dead, and the move is another's now
   */
  @Override
  public void reach(UUID id, Phase phase) throws FileFailure {
    int rows =
        database.ask(() -> own("update directory_move set phase = :phase", id, phase).update());
    if (rows == 0) {
      throw new FileFailure(Kind.BUSY, "another gateway process goes on with this rename");
    }
  }

  private StatementSpec own(String update, UUID id, Phase phase) {
    return sql(update + " where id = :id and store_id = :store and process_id = :process")
        .param("id", id)
        .param("process", process)
        .param("phase", phase.name().toLowerCase(Locale.ROOT));
  }

  /** {@inheritDoc} Nothing happens if it is over already, or another process's. */
  @Override
  public void end(UUID id) throws FileFailure {
    database.ask(
        () ->
            sql("delete from directory_move"
                    + " where id = :id and store_id = :store and process_id = :process")
                .param("id", id)
                .param("process", process)
                .update());
  }

  @Override
  public boolean othersAlive() throws FileFailure {
    return database.ask(
        () ->
            database
                .jdbc()
                .sql("select exists (select 1 from gateway_process where id <> ?)")
                .param(process)
                .query((row, n) -> row.getBoolean(1))
                .single());
  }

  @Override
  public List<Move> takeOver() throws FileFailure {
    return database.ask(
        () ->
            sql("update directory_move set process_id = :process"
                    + " where store_id = :store and process_id is null returning "
                    + COLUMNS)
                .param("process", process)
                .query(JdbcDirectoryMoves::move)
                .list());
  }

  private StatementSpec sql(String sql) {
    return database.jdbc().sql(sql).param("store", storeId);
  }

  private static Move move(ResultSet row, int n) throws SQLException {
    return new Move(
        row.getObject("id", UUID.class),
        KeyBytes.key(row.getBytes("source")),
        KeyBytes.key(row.getBytes("target")),
        Phase.valueOf(row.getString("phase").toUpperCase(Locale.ROOT)));
  }
}
