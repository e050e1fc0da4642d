package io.quaymaster.login;

import io.quaymaster.access.AccessPolicy;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.files.RealPath;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * How a credential allows less than its account: it takes away and never gives.
 *
 * @param directory all that is seen of the account's view; null: all of it
 */
record Narrowing(boolean readOnly, @Nullable RealPath directory, boolean sftpOnly) {
  static final Narrowing NONE = new Narrowing(false, null, false);

  AccessPolicy of(AccessPolicy policy) {
    AccessPolicy inside = directory == null ? policy : policy.within(directory);
    return readOnly ? inside.asReadOnly() : inside;
  }

  /** A session begins in the directory if it would begin outside. */
  SftpSettings of(SftpSettings settings) {
    return directory == null || settings.startDirectory().startsWith(directory)
        ? settings
        : new SftpSettings(
            settings.readOnly(),
            settings.umask(),
            directory,
            settings.allowRequests(),
            settings.denyRequests());
  }

  Set<Protocol> of(Set<Protocol> protocols) {
    return sftpOnly
        ? protocols.stream().filter(p -> p == Protocol.SFTP).collect(Collectors.toSet())
        : protocols;
  }
}
