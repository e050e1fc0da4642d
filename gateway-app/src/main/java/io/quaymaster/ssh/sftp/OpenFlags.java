package io.quaymaster.ssh.sftp;

import io.quaymaster.accountfiles.OpenRequest;
import org.jspecify.annotations.Nullable;

/** SSH_FXF_*, draft-ietf-secsh-filexfer-02, section 6.3. Bits that it does not name are ignored. */
final class OpenFlags {
  private static final int READ = 1;
  private static final int WRITE = 2;
  private static final int APPEND = 4;
  private static final int CREATE = 8;
  private static final int TRUNCATE = 16;
  private static final int EXCLUSIVE = 32;

  private OpenFlags() {}

  /**
   * @param mode permission bits of a new file; null: the usual ones
   */
  static OpenRequest request(long flags, @Nullable Integer mode) {
    return new OpenRequest(
        (flags & READ) != 0,
        (flags & WRITE) != 0,
        (flags & APPEND) != 0,
        (flags & CREATE) != 0,
        (flags & EXCLUSIVE) != 0,
        (flags & TRUNCATE) != 0,
        mode);
  }
}
