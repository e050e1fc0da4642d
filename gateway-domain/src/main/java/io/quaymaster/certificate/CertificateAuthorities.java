package io.quaymaster.certificate;

import io.quaymaster.account.SshPublicKey;
import io.quaymaster.refusal.Refusal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.transaction.support.TransactionOperations;

/**
 * What admins do with a tenant's certificate authorities. Every method is a transaction of its own.
 * Threads: any.
 */
public class CertificateAuthorities {
  private static final String SELECT =
      """
      select c.id, t.name as tenant, c.label, c.public_key, c.accounts, octet_length(c.krl) as krl_bytes,
             c.created_at, c.updated_at,
             (select count(*) from certificate_revocation r where r.authority_id = c.id) as revoked
      from certificate_authority c join tenant t on t.id = c.tenant_id
      """;

  private final JdbcClient jdbc;
  private final ApplicationEventPublisher events;
  private final TransactionOperations transaction;
  private final Clock clock;

  CertificateAuthorities(
      JdbcClient jdbc,
      ApplicationEventPublisher events,
      TransactionOperations transaction,
      Clock clock) {
    this.jdbc = jdbc;
    this.events = events;
    this.transaction = transaction;
    this.clock = clock;
  }

  /**
   * @param accounts patterns of usernames, at least one
   * @throws Refusal.Conflict AUTHORITY_EXISTS, TOO_MANY_AUTHORITIES
   */
  public CertificateAuthority add(
      String tenant, SshPublicKey key, String label, List<String> accounts) {
    return transaction.execute(
        _ -> {
          long tenantId = lockTenant(tenant);
          List<String> there = fingerprints(tenantId);
          if (there.contains(key.fingerprint())) {
            throw new Refusal.Conflict(
                "AUTHORITY_EXISTS", "The tenant has this certificate authority already.");
          }
          if (there.size() >= CertificateAuthority.MAX_PER_TENANT) {
            throw new Refusal.Conflict(
                "TOO_MANY_AUTHORITIES",
                "A tenant may have %d certificate authorities, and has them all."
                    .formatted(CertificateAuthority.MAX_PER_TENANT));
          }
          long id =
              jdbc.sql(
                      """
                      insert into certificate_authority
                             (tenant_id, label, key_type, public_key, fingerprint, accounts, created_at, updated_at)
                      values (:tenant, :label, :type, :key, :fingerprint, :accounts, :now, :now) returning id
                      """)
                  .param("tenant", tenantId)
                  .param("label", label)
                  .param("type", key.type())
                  .param("key", key.text())
                  .param("fingerprint", key.fingerprint())
                  .param("accounts", accounts.toArray(String[]::new))
                  .param("now", now())
                  .query((row, _) -> row.getLong(1))
                  .single();
          return find(tenant, id);
        });
  }

  private List<String> fingerprints(long tenantId) {
    return jdbc.sql("select fingerprint from certificate_authority where tenant_id = ?")
        .param(tenantId)
        .query((row, _) -> row.getString(1))
        .list();
  }

  /** In the order in which they were made, at most {@code limit}, those with an id above. */
  public List<CertificateAuthority> list(String tenant, long afterId, int limit) {
    return transaction.execute(
        _ -> {
          long tenantId = tenantId(tenant, "");
          return jdbc.sql(SELECT + "where c.tenant_id = ? and c.id > ? order by c.id limit ?")
              .param(tenantId)
              .param(afterId)
              .param(limit)
              .query((row, _) -> authority(row))
              .list();
        });
  }

  public CertificateAuthority get(String tenant, long id) {
    return transaction.execute(_ -> find(tenant, id));
  }

  /** Changes what is said of it; its key never changes. */
  public CertificateAuthority change(String tenant, long id, String label, List<String> accounts) {
    return transaction.execute(
        _ -> {
          find(tenant, id);
          jdbc.sql(
                  "update certificate_authority set label = ?, accounts = ?, updated_at = ? where"
                      + " id = ?")
              .param(label)
              .param(accounts.toArray(String[]::new))
              .param(now())
              .param(id)
              .update();
          return find(tenant, id);
        });
  }

  /** Its certificates let in no more, and the sessions that they let in end. */
  public CertificateAuthority delete(String tenant, long id) {
    return transaction.execute(
        _ -> {
          CertificateAuthority authority = find(tenant, id);
          jdbc.sql("delete from certificate_authority where id = ?").param(id).update();
          events.publishEvent(new AuthorityRemoved(id));
          return authority;
        });
  }

  /**
   * Takes a revocation list in the place of the one before.
   *
   * @param krl that {@link KeyRevocationList#parse} takes
   */
  public CertificateAuthority setRevocationList(String tenant, long id, byte[] krl) {
    KeyRevocationList.parse(krl);
    return transaction.execute(
        _ -> {
          find(tenant, id);
          jdbc.sql("update certificate_authority set krl = ?, updated_at = ? where id = ?")
              .param(krl)
              .param(now())
              .param(id)
              .update();
          return find(tenant, id);
        });
  }

  /** Forgets the revocation list; what is revoked one by one stays so. */
  public void clearRevocationList(String tenant, long id) {
    transaction.executeWithoutResult(
        _ -> {
          find(tenant, id);
          jdbc.sql("update certificate_authority set krl = null, updated_at = ? where id = ?")
              .param(now())
              .param(id)
              .update();
        });
  }

  /**
   * Revokes certificates; what is revoked already stays so.
   *
   * @throws Refusal.Conflict TOO_MANY_REVOCATIONS
   */
  public CertificateAuthority revoke(String tenant, long id, Collection<Revocation> revocations) {
    return transaction.execute(
        _ -> {
          lockTenant(tenant);
          CertificateAuthority before = find(tenant, id);
          if (before.revokedCertificates() + revocations.size() > Revocation.MAX_PER_AUTHORITY) {
            throw new Refusal.Conflict(
                "TOO_MANY_REVOCATIONS",
                "At most %d can be revoked one by one; upload a key revocation list."
                    .formatted(Revocation.MAX_PER_AUTHORITY));
          }
          for (Revocation revocation : revocations) {
            jdbc.sql(
                    """
                    insert into certificate_revocation (authority_id, kind, value, created_at)
                    values (?, ?, ?, ?) on conflict do nothing
                    """)
                .param(id)
                .param(revocation.kind())
                .param(revocation.value())
                .param(now())
                .update();
          }
          return find(tenant, id);
        });
  }

  /** The certificate counts again, unless the list revokes it too. */
  public void restore(String tenant, long id, Revocation revocation) {
    transaction.executeWithoutResult(
        _ -> {
          find(tenant, id);
          int gone =
              jdbc.sql(
                      "delete from certificate_revocation where authority_id = ? and kind = ? and"
                          + " value = ?")
                  .param(id)
                  .param(revocation.kind())
                  .param(revocation.value())
                  .update();
          if (gone == 0) {
            throw new Refusal.NotFound("revocation", revocation.value());
          }
        });
  }

  /** What is revoked one by one: all of it, the newest first. */
  public List<Revocation.Recorded> revocations(String tenant, long id) {
    return transaction.execute(
        _ -> {
          find(tenant, id);
          return jdbc.sql(
                  """
                  select kind, value, created_at from certificate_revocation where authority_id = ?
                  order by created_at desc, kind, value
                  """)
              .param(id)
              .query((row, _) -> recorded(row))
              .list();
        });
  }

  private static Revocation.Recorded recorded(ResultSet row) throws SQLException {
    String value = row.getString("value");
    return new Revocation.Recorded(
        row.getString("kind").equals("serial")
            ? Revocation.Serial.parse(value)
            : new Revocation.KeyId(value),
        row.getTimestamp("created_at").toInstant());
  }

  private CertificateAuthority find(String tenant, long id) {
    return jdbc.sql(SELECT + "where t.name = ? and c.id = ?")
        .param(tenant)
        .param(id)
        .query((row, _) -> authority(row))
        .optional()
        .orElseThrow(() -> new Refusal.NotFound("certificate authority", Long.toString(id)));
  }

  private static CertificateAuthority authority(ResultSet row) throws SQLException {
    return new CertificateAuthority(
        row.getLong("id"),
        row.getString("tenant"),
        row.getString("label"),
        SshPublicKey.parse(row.getString("public_key")),
        List.of((String[]) row.getArray("accounts").getArray()),
        row.getInt("revoked"),
        row.getObject("krl_bytes", Integer.class),
        row.getTimestamp("created_at").toInstant(),
        row.getTimestamp("updated_at").toInstant());
  }

  private long lockTenant(String tenant) {
    return tenantId(tenant, " for update");
  }

  private long tenantId(String tenant, String lock) {
    return jdbc.sql("select id from tenant where name = ?" + lock)
        .param(tenant)
        .query((row, _) -> row.getLong(1))
        .optional()
        .orElseThrow(() -> new Refusal.NotFound("tenant", tenant));
  }

  /** As exact as PostgreSQL keeps it. */
  private Timestamp now() {
    return Timestamp.from(clock.instant().truncatedTo(ChronoUnit.MICROS));
  }
}
