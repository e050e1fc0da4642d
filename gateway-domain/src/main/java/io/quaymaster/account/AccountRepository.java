package io.quaymaster.account;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.EntityGraph;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Modifying;
import org.springframework.data.jpa.repository.Query;

/** Accounts by tenant and username. */
public interface AccountRepository extends JpaRepository<Account, Long> {
  Optional<Account> findByTenantNameAndUsername(String tenant, String username);

  @EntityGraph(attributePaths = {"tenant", "homeStore"})
  List<Account> findByTenantIdAndIdGreaterThanOrderById(long tenantId, long after, Limit limit);

  /** Locks the account's row until the transaction ends. */
  @Query(value = "select id from account where id = :id for update", nativeQuery = true)
  Optional<Long> lock(long id);

  /**
   * Gives a new version to all other accounts that see a place, because what they show of it has
   * changed.
   */
  @Modifying
  @Query(
      value =
          """
          update account set version = version + 1 where id <> :id and (
            (home_store_id = :storeId and home_path = :path)
            or id in (select account_id from account_mount where store_id = :storeId and prefix = :path))
          """,
      nativeQuery = true)
  int touchOthersAt(long id, long storeId, String path);

  /** Whether another account lives at a place or mounts it. */
  @Query(
      value =
          """
          select exists (select 1 from account
                         where id <> :id and home_store_id = :storeId and home_path = :path)
              or exists (select 1 from account_mount
                         where account_id <> :id and store_id = :storeId and prefix = :path)
          """,
      nativeQuery = true)
  boolean othersAt(long id, long storeId, String path);
}
