package io.quaymaster.account;

import java.util.List;
import java.util.Optional;
import org.springframework.data.domain.Limit;
import org.springframework.data.jpa.repository.JpaRepository;

/** Keys of accounts. */
public interface AccountKeyRepository extends JpaRepository<AccountKey, Long> {
  Optional<AccountKey> findByAccountIdAndFingerprint(long accountId, String fingerprint);

  Optional<AccountKey> findByAccountIdAndId(long accountId, long id);

  List<AccountKey> findByAccountIdAndIdGreaterThanOrderById(
      long accountId, long after, Limit limit);

  int countByAccountId(long accountId);
}
