package io.quaymaster.login;

import io.quaymaster.access.AccessPolicy;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.login.AccountReader.Found;
import io.quaymaster.login.AccountReader.Mounted;
import io.quaymaster.login.Grant.CredentialUsed;
import io.quaymaster.login.LoginDoor.NotAdmitted;
import io.quaymaster.login.LoginDoor.Reason;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Turns a complete chain into a grant, if the account is still what it was for each proof. */
final class Grants {
  private static final int SESSION_ID_BYTES = 16;

  /** How a proof shows in the grant. */
  private record Held(CredentialUsed credential, Narrowing narrowing) {}

  private final AccountReader accounts;
  private final KeyCheck keys;
  private final RandomGenerator random = new SecureRandom();

  Grants(AccountReader accounts, KeyCheck keys) {
    this.accounts = accounts;
    this.keys = keys;
  }

  Grant grant(LoginState.Accepted login, InetAddress source, Instant now) throws NotAdmitted {
    Found account = find(login.name(), "");
    Optional<Reason> changed = AccountCheck.whyNot(account, source, now);
    if (changed.isPresent()) {
      throw new NotAdmitted(changed.get());
    }
    if (!account.methods().isCompleteWith(Proof.methods(login.proofs()))) {
      throw new NotAdmitted(Reason.METHODS_CHANGED);
    }
    List<Held> held = new ArrayList<>();
    for (Proof proof : login.proofs()) {
      held.add(held(account, proof, source, now));
    }
    return grant(account, held, source, now);
  }

  private Found find(LoginName name, String fingerprint) throws NotAdmitted {
    return accounts
        .find(name, fingerprint)
        .orElseThrow(() -> new NotAdmitted(Reason.UNKNOWN_ACCOUNT));
  }

  private Held held(Found account, Proof proof, InetAddress source, Instant now)
      throws NotAdmitted {
    return switch (proof) {
      case Proof.Password password -> {
        if (!stillFits(password.hash(), account.passwords(), now)) {
          throw new NotAdmitted(Reason.WRONG_PASSWORD);
        }
        yield new Held(new CredentialUsed.Password(), Narrowing.NONE);
      }
      case Proof.Code _ -> new Held(new CredentialUsed.Code(), Narrowing.NONE);
      case Proof.OfKey key -> {
        Found withKey = find(account.name(), key.fingerprint());
        yield switch (keys.check(account.name(), withKey, key, source, now)) {
          case KeyCheck.No(Reason reason) -> throw new NotAdmitted(reason);
          case KeyCheck.Yes yes -> new Held(yes.credential(), yes.narrowing());
        };
      }
    };
  }

  private static boolean stillFits(String hash, AccountReader.Passwords stored, Instant now) {
    return (hash.equals(stored.hash()) && !AccountCheck.isPast(stored.end(), now))
        || hash.equals(stored.previousAt(now));
  }

  private Grant grant(Found account, List<Held> held, InetAddress source, Instant now) {
    List<Mounted> mounts = accounts.mounts(account.id());
    AccessPolicy policy = AccountReader.policy(account, mounts);
    SftpSettings sftp = account.sftp();
    Set<Protocol> protocols = account.protocols();
    for (Held each : held) {
      policy = each.narrowing().of(policy);
      sftp = each.narrowing().of(sftp);
      protocols = each.narrowing().of(protocols);
    }
    byte[] id = new byte[SESSION_ID_BYTES];
    random.nextBytes(id);
    Grant grant =
        new Grant(
            HexFormat.of().formatHex(id),
            account.tenantId(),
            account.name().tenant(),
            account.id(),
            account.name().username(),
            account.home(),
            mounts.stream().map(Mounted::home).toList(),
            policy,
            sftp,
            protocols,
            account.publish(),
            account.limits(),
            credential(held.stream().map(Held::credential).toList()),
            source.getHostAddress(),
            now);
    accounts.used(account.id(), grant.keyIds(), now);
    return grant;
  }

  private static CredentialUsed credential(List<CredentialUsed> parts) {
    return parts.size() == 1 ? parts.getFirst() : new CredentialUsed.Chain(parts);
  }
}
