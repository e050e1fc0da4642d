package io.quaymaster.ssh.sftp;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Every request there is: its number or extension name, the name by which request lists speak of
 * it, and whether it changes anything. The order and the names are those of the handler tables in
 * OpenSSH's sftp-server.c.
 */
enum RequestType {
  // Whether an open changes anything depends on its flags, so the handler looks itself.
  OPEN("open", 3, false),
  CLOSE("close", 4, false),
  READ("read", 5, false),
  WRITE("write", 6, true),
  LSTAT("lstat", 7, false),
  FSTAT("fstat", 8, false),
  SETSTAT("setstat", 9, true),
  FSETSTAT("fsetstat", 10, true),
  OPENDIR("opendir", 11, false),
  READDIR("readdir", 12, false),
  REMOVE("remove", 13, true),
  MKDIR("mkdir", 14, true),
  RMDIR("rmdir", 15, true),
  REALPATH("realpath", 16, false),
  STAT("stat", 17, false),
  RENAME("rename", 18, true),
  READLINK("readlink", 19, false),
  SYMLINK("symlink", 20, true),
  POSIX_RENAME("posix-rename", "posix-rename@openssh.com", "1", true),
  STATVFS("statvfs", "statvfs@openssh.com", "2", false),
  FSTATVFS("fstatvfs", "fstatvfs@openssh.com", "2", false),
  HARDLINK("hardlink", "hardlink@openssh.com", "1", true),
  FSYNC("fsync", "fsync@openssh.com", "1", true),
  LSETSTAT("lsetstat", "lsetstat@openssh.com", "1", true),
  LIMITS("limits", "limits@openssh.com", "1", false),
  EXPAND_PATH("expand-path", "expand-path@openssh.com", "1", false),
  COPY_DATA("copy-data", "copy-data", "1", true),
  HOME_DIRECTORY("home-directory", "home-directory", "1", false),
  USERS_GROUPS_BY_ID("users-groups-by-id", "users-groups-by-id@openssh.com", "1", false);

  /** SSH_FXP_EXTENDED. */
  static final int EXTENDED = 200;

  private static final Map<Integer, RequestType> BY_NUMBER = new HashMap<>();
  private static final Map<String, RequestType> BY_EXTENSION = new HashMap<>();

  static {
    for (RequestType type : values()) {
      if (type.extension == null) {
        BY_NUMBER.put(type.number, type);
      } else {
        BY_EXTENSION.put(type.extension, type);
      }
    }
  }

  private final String listName;
  private final int number;
  private final @Nullable String extension;
  private final String version;
  private final boolean changes;

  RequestType(String listName, int number, boolean changes) {
    this.listName = listName;
    this.number = number;
    this.extension = null;
    this.version = "";
    this.changes = changes;
  }

  RequestType(String listName, String extension, String version, boolean changes) {
    this.listName = listName;
    this.number = EXTENDED;
    this.extension = extension;
    this.version = version;
    this.changes = changes;
  }

  static @Nullable RequestType ofNumber(int number) {
    return BY_NUMBER.get(number);
  }

  static @Nullable RequestType ofExtension(String extension) {
    return BY_EXTENSION.get(extension);
  }

  String listName() {
    return listName;
  }

  /** The name in SSH_FXP_EXTENDED and SSH_FXP_VERSION; null for a request of the base protocol. */
  @Nullable String extension() {
    return extension;
  }

  String version() {
    return version;
  }

  boolean changes() {
    return changes;
  }
}
