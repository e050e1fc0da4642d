package io.quaymaster.access;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What an account may do with the files on a path. The wire name is the lower-case name. */
public enum Permission {
  /** See names and attributes. */
  LIST,
  /** Read what files hold. */
  READ,
  /** Change what existing files hold, and replace them. */
  WRITE,
  /** Make new files, and write them while they are being made. */
  CREATE,
  DELETE,
  RENAME,
  MKDIR,
  RMDIR,
  /** Set permission bits and times. */
  SETATTR,
  /** Make symbolic and hard links. */
  LINK;

  public static final Set<Permission> ALL = Set.copyOf(EnumSet.allOf(Permission.class));

  public String wireName() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Permission> ofWireName(String name) {
    return Arrays.stream(values()).filter(p -> p.wireName().equals(name)).findFirst();
  }
}
