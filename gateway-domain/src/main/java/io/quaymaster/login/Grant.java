package io.quaymaster.login;

import io.quaymaster.access.AccessPolicy;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.PublishMode;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.files.Home;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
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
 * @param credential which proof, or chain of proofs, let it in
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

    /**
     * @param fingerprint of the certified key
     * @param serial unsigned
     * @param keyId the name that the authority gave to the certificate, shown text
     */
    record Certificate(long authorityId, String fingerprint, long serial, String keyId)
        implements CredentialUsed {
      @Override
      public String toString() {
        return "certificate %s (serial %s) of key %s"
            .formatted(keyId, Long.toUnsignedString(serial), fingerprint);
      }
    }

    /** Of an authenticator app, or a recovery code. */
    record Code() implements CredentialUsed {
      @Override
      public String toString() {
        return "code";
      }
    }

    /**
     * @param parts in the order in which they were proved
     */
    record Chain(List<CredentialUsed> parts) implements CredentialUsed {
      public Chain {
        parts = List.copyOf(parts);
      }

      @Override
      public String toString() {
        return parts.stream().map(CredentialUsed::toString).collect(Collectors.joining(", "));
      }
    }

    /** Each by itself. */
    static List<CredentialUsed> each(CredentialUsed credential) {
      return credential instanceof Chain(List<CredentialUsed> parts) ? parts : List.of(credential);
    }
  }

  public Grant {
    mounts = List.copyOf(mounts);
    protocols = Set.copyOf(protocols);
  }

  /** The authorised keys that let the session in; it ends with any of them. */
  public List<Long> keyIds() {
    return CredentialUsed.each(credential).stream()
        .filter(CredentialUsed.PublicKey.class::isInstance)
        .map(used -> ((CredentialUsed.PublicKey) used).keyId())
        .toList();
  }

  /** The authorities whose certificates let the session in. */
  public List<Long> authorityIds() {
    return CredentialUsed.each(credential).stream()
        .filter(CredentialUsed.Certificate.class::isInstance)
        .map(used -> ((CredentialUsed.Certificate) used).authorityId())
        .toList();
  }

  public LoginName loginName() {
    return new LoginName(username, tenant);
  }
}
