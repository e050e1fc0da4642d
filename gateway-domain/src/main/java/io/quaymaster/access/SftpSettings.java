package io.quaymaster.access;

import io.quaymaster.files.RealPath;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What {@code internal-sftp} takes as options ({@code -R -u -d -p -P} of sftp-server(8)), as an
 * account's data.
 *
 * @param umask bits that new files and directories do not get; null: the process's own umask
 * @param startDirectory where relative paths start
 * @param allowRequests if not null, only requests with these names
 * @param denyRequests never requests with these names; decides first
 */
public record SftpSettings(
    boolean readOnly,
    @Nullable Integer umask,
    RealPath startDirectory,
    @Nullable Set<String> allowRequests,
    Set<String> denyRequests) {
  /** Names of all requests that a list may name, in the order of sftp-server's handler tables. */
  public static final Set<String> REQUEST_NAMES =
      Set.of(
          "open",
          "close",
          "read",
          "write",
          "lstat",
          "fstat",
          "setstat",
          "fsetstat",
          "opendir",
          "readdir",
          "remove",
          "mkdir",
          "rmdir",
          "realpath",
          "stat",
          "rename",
          "readlink",
          "symlink",
          "posix-rename",
          "statvfs",
          "fstatvfs",
          "hardlink",
          "fsync",
          "lsetstat",
          "limits",
          "expand-path",
          "copy-data",
          "home-directory",
          "users-groups-by-id");

  public SftpSettings {
    allowRequests = allowRequests == null ? null : Set.copyOf(allowRequests);
    denyRequests = Set.copyOf(denyRequests);
  }

  public boolean allowsRequest(String name) {
    return !denyRequests.contains(name) && (allowRequests == null || allowRequests.contains(name));
  }
}
