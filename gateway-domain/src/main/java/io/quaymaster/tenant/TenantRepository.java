package io.quaymaster.tenant;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;

/** Tenants by name. */
public interface TenantRepository extends JpaRepository<Tenant, Long> {
  Optional<Tenant> findByName(String name);

  List<Tenant> findByIdGreaterThanOrderById(long after, Limit limit);
}
