package io.quaymaster.explain;

import io.quaymaster.access.Permission;
import io.quaymaster.accountfiles.Guard;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.RealPath;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What an account may be asked about. The wire name is the lower-case name. */
public enum Operation {
  LOGIN(null),
  /** See attributes. */
  STAT(null),
  LIST(Permission.LIST),
  READ(Permission.READ),
  /** Change what a file holds. */
  WRITE(Permission.WRITE),
  /** Make a file, and write it. */
  CREATE(Permission.CREATE),
  DELETE(Permission.DELETE),
  RENAME(Permission.RENAME),
  MKDIR(Permission.MKDIR),
  RMDIR(Permission.RMDIR),
  SETATTR(Permission.SETATTR),
  LINK(Permission.LINK);

  private final @Nullable Permission permission;

  Operation(@Nullable Permission permission) {
    this.permission = permission;
  }

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Operation> ofWireName(String name) {
    return Arrays.stream(values()).filter(o -> o.wireName().equals(name)).findFirst();
  }

  /** The SFTP requests that a client needs for it, as request lists have them. */
  List<String> requests() {
    return switch (this) {
      case LOGIN -> List.of();
      case STAT -> List.of("lstat");
      case LIST -> List.of("opendir", "readdir");
      case READ -> List.of("open", "read");
      case WRITE, CREATE -> List.of("open", "write");
      case DELETE -> List.of("remove");
      case RENAME -> List.of("rename");
      case MKDIR -> List.of("mkdir");
      case RMDIR -> List.of("rmdir");
      case SETATTR -> List.of("setstat");
      case LINK -> List.of("symlink");
    };
  }

  boolean isGrowth() {
    return this == WRITE || this == CREATE;
  }

  boolean isOfFiles() {
    return this != LOGIN;
  }

  /**
   * Asks as a session would.
   *
   * @throws FileFailure the policy refuses it
   */
  void require(Guard guard, RealPath path) throws FileFailure {
    if (this == STAT) {
      guard.requireToSee(path);
    } else if (permission != null) {
      guard.require(permission, path);
    }
  }
}
