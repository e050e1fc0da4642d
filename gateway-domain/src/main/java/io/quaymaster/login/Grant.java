package io.quaymaster.login;

import io.quaymaster.access.AccessPolicy;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.PublishMode;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.files.Home;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one session may do: an immutable snapshot, taken after authentication succeeded and never
 * before. Only {@link LoginDoor} makes one. What must reach a session afterwards (suspension, a
 * revoked key) ends the session.
 *
 * @param sessionId unguessable, of this session only
 * @param home the account's {@code /}
 * @param mounts further stores in the account's view, outermost first
 * @param limits what stands above the files' own quotas
 * @param credential which proof let it in
 * @param source the address that the client came from, as text
 */
public record Grant(
    String sessionId,
    long tenantId,
    String tenant,
    long accountId,
    String username,
    Home home,
    List<Home> mounts,
    AccessPolicy policy,
    SftpSettings sftp,
    Set<Protocol> protocols,
    PublishMode publish,
    Limits limits,
    CredentialUsed credential,
    String source,
    Instant grantedAt) {

  /** Null: no limit. Of sessions and speed the account's and the tenant's hold both. */
  public record Limits(
      @Nullable Long maxFileBytes,
      @Nullable Long accountSessions,
      @Nullable Long tenantSessions,
      @Nullable Long accountBytesPerSecond,
      @Nullable Long tenantBytesPerSecond) {}

  /** The proof that was accepted. */
  public sealed interface CredentialUsed {
    record Password() implements CredentialUsed {
      @Override
      public String toString() {
        return "password";
      }
    }

    record PublicKey(long keyId, String fingerprint) implements CredentialUsed {
      @Override
      public String toString() {
        return "key " + fingerprint;
      }
    }
  }

  public Grant {
    mounts = List.copyOf(mounts);
    protocols = Set.copyOf(protocols);
  }

  public LoginName loginName() {
    return new LoginName(username, tenant);
  }
}
