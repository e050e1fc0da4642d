package io.quaymaster.ssh.sftp;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.ssh.sftp.RequestedAttributes.Owner;
import org.jspecify.annotations.Nullable;

/**
 * Sets one attribute after the other, goes on after a failure, and remembers the last, as
 * process_setstat in sftp-server.c does.
 */
final class AttributeSetting {
  @FunctionalInterface
  interface Step {
    void run() throws FileFailure;
  }

  private @Nullable FileFailure last;

  void attempt(Step step) {
    try {
      step.run();
    } catch (FileFailure failed) {
      last = failed;
    }
  }

  void throwLast() throws FileFailure {
    if (last != null) {
      throw last;
    }
  }

  /** Files belong to the account. Saying so again is no change. */
  static void requireSameOwner(Owner owner) throws FileFailure {
    if (owner.uid() != ReplyWriter.OWNER_ID || owner.gid() != ReplyWriter.GROUP_ID) {
      throw new FileFailure(Kind.NOT_PERMITTED, "a file cannot be given to another owner or group");
    }
  }
}
