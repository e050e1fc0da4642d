package io.quaymaster.storage.local;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;

/**
 * What java.nio.file says when it fails, as a kind. For what it has no exception of its own, it has
 * only the text of strerror(3): read here in its English form, which is what a JVM without a
 * localised C library gets; in another language the kind is {@code STORE_ERROR}.
 */
final class NioFailure {
  private static final Map<String, Kind> REASONS =
      Map.ofEntries(
          Map.entry("No space left on device", Kind.STORE_FULL),
          Map.entry("Disk quota exceeded", Kind.STORE_FULL),
          Map.entry("File too large", Kind.FILE_TOO_LARGE),
          Map.entry("File name too long", Kind.NAME_TOO_LONG),
          Map.entry("Too many open files", Kind.TOO_MANY_HANDLES),
          Map.entry("Too many open files in system", Kind.TOO_MANY_HANDLES),
          Map.entry("Operation not permitted", Kind.NOT_PERMITTED),
          Map.entry("Read-only file system", Kind.NOT_PERMITTED),
          Map.entry("Not a directory", Kind.NOT_A_DIRECTORY),
          Map.entry("Is a directory", Kind.IS_A_DIRECTORY),
          Map.entry("Directory not empty", Kind.DIRECTORY_NOT_EMPTY),
          Map.entry("Too many levels of symbolic links", Kind.LINK_ON_PATH),
          Map.entry("Illegal byte sequence", Kind.INVALID_PATH),
          Map.entry("Invalid argument", Kind.INVALID_ARGUMENT),
          Map.entry("Device or resource busy", Kind.BUSY));

  private NioFailure() {}

  static FileFailure of(IOException e) {
    Kind kind = kind(e);
    String text = kind.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return kind == Kind.STORE_ERROR
        ? new FileFailure(kind, "the store failed", new IOException(reason(e)))
        : new FileFailure(kind, text);
  }

  private static Kind kind(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> Kind.NOT_FOUND;
      case FileAlreadyExistsException _ -> Kind.EXISTS;
      case DirectoryNotEmptyException _ -> Kind.DIRECTORY_NOT_EMPTY;
      case NotDirectoryException _ -> Kind.NOT_A_DIRECTORY;
      case AccessDeniedException _ -> Kind.NOT_PERMITTED;
      case AtomicMoveNotSupportedException _ -> Kind.CROSSES_STORES;
      case ClosedChannelException _ -> Kind.INVALID_HANDLE;
      default -> REASONS.getOrDefault(reason(e), Kind.STORE_ERROR);
    };
  }

  /** What failed, without the path on the server. */
  private static String reason(IOException e) {
    String reason = e instanceof FileSystemException f ? f.getReason() : e.getMessage();
    return Objects.requireNonNullElse(reason, e.getClass().getSimpleName());
  }
}
