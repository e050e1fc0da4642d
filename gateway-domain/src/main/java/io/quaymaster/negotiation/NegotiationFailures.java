package io.quaymaster.negotiation;

import io.quaymaster.account.SourceRange;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/**
 * The failures that are kept. Strangers cause them, so everything is bounded: what one holds
 * ({@link NegotiationFailure}), how many a minute are written, how many of one source are kept and
 * how many at all. What happens again is counted in the row that is there.
 *
 * <p>Threads: any; each call waits for the database.
 */
public class NegotiationFailures {
  /** Written a minute: of one source network, of all. */
  static final int SOURCE_RATE = 10;

  static final int RATE = 300;

  /** Kept: of one address, of all. */
  static final int KEPT_OF_SOURCE = 20;

  static final int KEPT = 5000;

  /** What is known of a failure that happened once or more. */
  public record Kept(
      long position, Instant firstAt, Instant lastAt, long times, NegotiationFailure failure) {}

  private static final String RECORD =
      """
      insert into negotiation_failure (fingerprint, first_at, last_at, times, listener, policy, source, client, code,
        message, would_match, offered_kex, offered_host_keys, offered_ciphers_in, offered_ciphers_out, offered_macs_in,
        offered_macs_out, listener_kex, listener_host_keys, listener_ciphers, listener_macs)
      values (?, ?, ?, 1, ?, ?, ?::inet, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
      on conflict (fingerprint) do update
        set position = default, last_at = greatest(negotiation_failure.last_at, excluded.last_at),
            times = negotiation_failure.times + 1
      returning times
      """;

  private static final String TRIM =
      """
      delete from negotiation_failure
      where position <= (select position from negotiation_failure order by position desc offset :kept limit 1)
        or (source = :source::inet and position <= (
              select position from negotiation_failure where source = :source::inet
              order by position desc offset :keptOfSource limit 1))
      """;

  private static final String LIST =
      """
      select * from negotiation_failure
      where position < :before
        and (:source::text is null or source <<= :source::inet)
        and (:since::timestamptz is null or last_at >= :since)
      order by position desc limit :limit
      """;

  private final JdbcClient jdbc;
  private final RecordRate rate;

  public NegotiationFailures(JdbcClient jdbc, Clock clock) {
    this.jdbc = jdbc;
    this.rate = new RecordRate(SOURCE_RATE, RATE, clock);
  }

  /**
   * Writes a failure down, unless its source or all together had too many this minute.
   *
   * @return whether it is written
   */
  public boolean record(NegotiationFailure failure) {
    if (!rate.admits(failure.source())) {
      return false;
    }
    OffsetDateTime at = failure.at().atOffset(ZoneOffset.UTC);
    AlgorithmOffer offered = failure.offered();
    AlgorithmOffer available = failure.available();
    long times =
        jdbc.sql(RECORD)
            .param(fingerprint(failure))
            .param(at)
            .param(at)
            .param(failure.listener())
            .param(failure.policy())
            .param(text(failure.source()))
            .param(failure.client())
            .param(failure.code().name())
            .param(failure.message())
            .param(failure.wouldMatch().toArray(String[]::new))
            .param(offered == null ? null : joined(offered.kex()))
            .param(offered == null ? null : joined(offered.hostKeys()))
            .param(offered == null ? null : joined(offered.ciphersIn()))
            .param(offered == null ? null : joined(offered.ciphersOut()))
            .param(offered == null ? null : joined(offered.macsIn()))
            .param(offered == null ? null : joined(offered.macsOut()))
            .param(joined(available.kex()))
            .param(joined(available.hostKeys()))
            .param(joined(available.ciphersIn()))
            .param(joined(available.macsIn()))
            .query((row, n) -> row.getLong(1))
            .single();
    if (times == 1) {
      trim(failure.source());
    }
    return true;
  }

  private void trim(InetAddress source) {
    jdbc.sql(TRIM)
        .param("kept", KEPT)
        .param("keptOfSource", KEPT_OF_SOURCE)
        .param("source", text(source))
        .update();
  }

  /**
   * Newest first, at most {@code limit} with a position below {@code before}.
   *
   * @param source null: any
   * @param since compared with the last time; null: any
   */
  public List<Kept> list(
      @Nullable SourceRange source, @Nullable Instant since, long before, int limit) {
    return jdbc.sql(LIST)
        .param("before", before)
        .param("source", source == null ? null : source.toString())
        .param("since", since == null ? null : since.atOffset(ZoneOffset.UTC))
        .param("limit", limit)
        .query((row, n) -> kept(row))
        .list();
  }

  private static Kept kept(ResultSet row) throws SQLException {
    Instant lastAt = row.getObject("last_at", OffsetDateTime.class).toInstant();
    return new Kept(
        row.getLong("position"),
        row.getObject("first_at", OffsetDateTime.class).toInstant(),
        lastAt,
        row.getLong("times"),
        new NegotiationFailure(
            lastAt,
            row.getString("listener"),
            row.getString("policy"),
            InetAddress.ofLiteral(row.getString("source")),
            row.getString("client"),
            NegotiationFailure.Code.valueOf(row.getString("code")),
            row.getString("message"),
            offered(row),
            available(row),
            List.of((String[]) row.getArray("would_match").getArray())));
  }

  private static @Nullable AlgorithmOffer offered(ResultSet row) throws SQLException {
    if (row.getString("offered_kex") == null) {
      return null;
    }
    return new AlgorithmOffer(
        names(row, "offered_kex"),
        names(row, "offered_host_keys"),
        names(row, "offered_ciphers_in"),
        names(row, "offered_ciphers_out"),
        names(row, "offered_macs_in"),
        names(row, "offered_macs_out"));
  }

  /** A listener offers the same in both directions. */
  private static AlgorithmOffer available(ResultSet row) throws SQLException {
    List<String> ciphers = names(row, "listener_ciphers");
    List<String> macs = names(row, "listener_macs");
    return new AlgorithmOffer(
        names(row, "listener_kex"), names(row, "listener_host_keys"), ciphers, ciphers, macs, macs);
  }

  private static List<String> names(ResultSet row, String column) throws SQLException {
    return List.of(row.getString(column).split(",", -1));
  }

  private static String joined(List<String> names) {
    return String.join(",", names);
  }

  /** Without the zone of a link-local address, which inet cannot hold. */
  private static String text(InetAddress source) {
    try {
      return InetAddress.getByAddress(source.getAddress()).getHostAddress();
    } catch (UnknownHostException never) {
      throw new IllegalStateException(never);
    }
  }

  /** No part holds a line feed: all of it is shown text. */
  private static String fingerprint(NegotiationFailure failure) {
    String all =
        String.join(
            "\n",
            failure.listener(),
            failure.policy(),
            text(failure.source()),
            String.valueOf(failure.client()),
            failure.code().name(),
            failure.message(),
            String.valueOf(failure.offered()),
            failure.available().toString());
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(all.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException never) {
      throw new IllegalStateException(never);
    }
  }
}
