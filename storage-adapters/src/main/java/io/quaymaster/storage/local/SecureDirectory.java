package io.quaymaster.storage.local;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.StoreKey;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** An open directory, reached from the root one component at a time without following a link. */
final class SecureDirectory implements AutoCloseable {
  /** What a file key of the JDK's Unix file systems says of itself. */
  private static final Pattern FILE_KEY = Pattern.compile("\\(dev=([0-9a-f]+),ino=(\\d+)\\)");

  final SecureDirectoryStream<Path> stream;

  private SecureDirectory(SecureDirectoryStream<Path> stream) {
    this.stream = stream;
  }

  /**
   * @throws FileFailure UNSUPPORTED where the JDK has no such directories (Windows)
   */
  @SuppressWarnings("StreamResourceLeak") // It is handed on, and closed by who gets it.
  static SecureDirectory open(Path root) throws FileFailure {
    try {
      DirectoryStream<Path> opened = Files.newDirectoryStream(root);
      if (opened instanceof SecureDirectoryStream<Path> secure) {
        return new SecureDirectory(secure);
      }
      opened.close();
      throw new FileFailure(Kind.UNSUPPORTED, "local stores cannot be confined on this system");
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  /** The directory with this key, as seen from here; this one is closed, whatever happens. */
  SecureDirectory descend(StoreKey key) throws FileFailure {
    SecureDirectory at = this;
    if (!key.isRoot()) {
      for (String name : key.byteText().split("/", -1)) {
        try (SecureDirectory above = at) {
          at = above.child(name);
        }
      }
    }
    return at;
  }

  private SecureDirectory child(String name) throws FileFailure {
    switch (attributes(name).type()) {
      case LINK -> throw new FileFailure(Kind.LINK_ON_PATH, "a part of the path is a link");
      // Looked at first because opening a pipe would wait for its other end.
      case FILE, SPECIAL -> throw new FileFailure(Kind.NOT_A_DIRECTORY, "not a directory");
      case DIRECTORY -> {}
    }
    try {
      return new SecureDirectory(
          stream.newDirectoryStream(RawNames.name(name), LinkOption.NOFOLLOW_LINKS));
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  /** Of this directory itself for the empty name. */
  PosixFileAttributeView view(String name) {
    return name.isEmpty()
        ? stream.getFileAttributeView(PosixFileAttributeView.class)
        : stream.getFileAttributeView(
            RawNames.name(name), PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
  }

  FileAttributes attributes(String name) throws FileFailure {
    try {
      return attributes(view(name).readAttributes());
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  @Nullable FileAttributes attributesIfThere(String name) throws FileFailure {
    try {
      return attributes(view(name).readAttributes());
    } catch (NoSuchFileException missing) {
      return null;
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }

  /** Links are said to be 1: java.nio.file does not tell. */
  private static FileAttributes attributes(PosixFileAttributes found) {
    FileAttributes.Type type =
        found.isRegularFile()
            ? FileAttributes.Type.FILE
            : found.isDirectory()
                ? FileAttributes.Type.DIRECTORY
                : found.isSymbolicLink() ? FileAttributes.Type.LINK : FileAttributes.Type.SPECIAL;
    return new FileAttributes(
        type,
        found.size(),
        mode(found.permissions()),
        1,
        Math.floorDiv(found.lastModifiedTime().toMillis(), 1000L),
        Math.floorDiv(found.lastAccessTime().toMillis(), 1000L),
        identity(String.valueOf(found.fileKey())));
  }

  private static FileAttributes.Identity identity(String fileKey) {
    Matcher key = FILE_KEY.matcher(fileKey);
    return key.matches()
        ? new FileAttributes.Identity(
            Long.parseUnsignedLong(key.group(1), 16), Long.parseUnsignedLong(key.group(2)))
        : new FileAttributes.Identity(0, fileKey.hashCode());
  }

  private static int mode(Set<PosixFilePermission> permissions) {
    String text = PosixFilePermissions.toString(permissions);
    int mode = 0;
    for (int i = 0; i < text.length(); i++) {
      mode |= text.charAt(i) == '-' ? 0 : 0400 >> i;
    }
    return mode;
  }

  static Set<PosixFilePermission> permissions(int mode) {
    StringBuilder text = new StringBuilder("rwxrwxrwx");
    for (int i = 0; i < text.length(); i++) {
      if ((mode & (0400 >> i)) == 0) {
        text.setCharAt(i, '-');
      }
    }
    return PosixFilePermissions.fromString(text.toString());
  }

  @Override
  public void close() throws FileFailure {
    try {
      stream.close();
    } catch (IOException e) {
      throw NioFailure.of(e);
    }
  }
}
