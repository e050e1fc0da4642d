package io.quaymaster.token;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

/** Tokens by the hash of what a client sent. */
interface ApiTokenRepository extends JpaRepository<ApiToken, Long> {
  @Query("select t from ApiToken t left join fetch t.tenant where t.tokenHash = :hash")
  Optional<ApiToken> findByHash(byte[] hash);

  /** Not revoked ones. */
  @Query(
      """
      select t from ApiToken t left join fetch t.tenant
      where t.id > :after and t.revokedAt is null and (:tenantId is null or t.tenant.id = :tenantId)
      order by t.id
      """)
  List<ApiToken> findLive(@Nullable Long tenantId, long after, Limit limit);

  @Query(
      "select t from ApiToken t left join fetch t.tenant where t.id = :id and t.revokedAt is null")
  Optional<ApiToken> findLive(long id);

  @Query("select count(t) from ApiToken t where t.revokedAt is null")
  long countLive();

  @Modifying
  @Query(value = "update api_token set last_used_at = :at where id = :id", nativeQuery = true)
  int recordUse(long id, Instant at);

  @Modifying
  @Query(value = "delete from api_token where revoked_at < :before", nativeQuery = true)
  int deleteRevokedBefore(Instant before);
}
