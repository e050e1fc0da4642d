package io.quaymaster.store;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;
import org.springframework.data.jpa.repository.Query;

/** Stores by tenant and name. */
public interface StoreRepository extends JpaRepository<Store, Long> {
  Optional<Store> findByTenantIdAndName(long tenantId, String name);

  List<Store> findByTenantIdAndIdGreaterThanOrderById(long tenantId, long after, Limit limit);

  /** The folders of all local stores of all tenants. */
  @Query("select s.path from Store s where s.path is not null")
  List<String> findLocalPaths();

  /** All stores of all tenants in buckets of this name, on whatever server. */
  @Query("select s from Store s where s.s3.bucket = :bucket")
  List<Store> findByBucket(String bucket);
}
