package io.quaymaster.login;

import io.quaymaster.certificate.CertificateAuthority;
import io.quaymaster.certificate.KeyRevocationList;
import io.quaymaster.certificate.UserCertificate;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/** What a login needs to know of certificate authorities: one query. */
final class AuthorityReader {
  private static final String AUTHORITY =
      """
      select c.id, c.accounts, c.krl,
             exists (select 1 from certificate_revocation r
                     where r.authority_id = c.id
                       and (r.kind = 'serial' and r.value = :serial or r.kind = 'key-id' and r.value = :keyId)) as revoked
      from certificate_authority c join tenant t on t.id = c.tenant_id
      where t.name = :tenant and c.fingerprint = :fingerprint
      """;

  /**
   * @param revoked this certificate, one by one or in the list
   */
  record Authority(long id, List<String> accounts, boolean revoked) {
    boolean vouchesFor(String username) {
      return accounts.stream().anyMatch(p -> CertificateAuthority.fits(p, username));
    }
  }

  private final JdbcClient jdbc;

  AuthorityReader(JdbcClient jdbc) {
    this.jdbc = jdbc;
  }

  /** The tenant's authority that has signed a certificate, or says the certificate. */
  Optional<Authority> find(LoginName name, UserCertificate certificate) {
    return jdbc.sql(AUTHORITY)
        .param("tenant", name.tenant())
        .param("fingerprint", certificate.authorityFingerprint())
        .param("serial", Long.toUnsignedString(certificate.serial()))
        .param("keyId", certificate.keyIdText())
        .query(
            (row, _) ->
                new Authority(
                    row.getLong("id"),
                    List.of((String[]) row.getArray("accounts").getArray()),
                    row.getBoolean("revoked") || revokes(row.getBytes("krl"), certificate)))
        .optional();
  }

  private static boolean revokes(byte @Nullable [] list, UserCertificate certificate) {
    return list != null && KeyRevocationList.parse(list).revokes(certificate);
  }
}
