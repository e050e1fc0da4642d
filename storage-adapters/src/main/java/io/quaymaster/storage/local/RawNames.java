package io.quaymaster.storage.local;

import java.net.URI;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Path;

/**
 * Goes between byte text and {@link Path} without losing a byte. A {@code Path} made of a string
 * depends on {@code sun.jnu.encoding} and cannot hold what is not text in it; one made of a URI
 * holds the very bytes that the URI escapes, and gives them back. So ASCII goes the short way, and
 * all else by URI.
 */
final class RawNames {
  private static final FileSystem FILES = FileSystems.getDefault();

  /**
   * Nothing is below it, so that {@link Path#toUri}, which asks whether it is a directory, is not
   * told so.
   */
  private static final Path NOWHERE = FILES.getPath("/dev/null");

  private static final int PREFIX = "/dev/null/".length();

  private RawNames() {}

  /** A relative path of the components of a key; the empty path for the empty key. */
  static Path path(String byteText) {
    Path path = FILES.getPath("");
    for (String part : byteText.split("/", -1)) {
      path = path.resolve(name(part));
    }
    return path;
  }

  /** One component. */
  static Path name(String byteText) {
    if (byteText.chars().allMatch(c -> c < 0x80)) {
      return FILES.getPath(byteText);
    }
    StringBuilder uri = new StringBuilder("file:///");
    byteText.chars().forEach(c -> uri.append("%%%02x".formatted(c)));
    return Path.of(URI.create(uri.toString())).getFileName();
  }

  /** The byte text of a path, relative or absolute. */
  static String byteText(Path path) {
    String text = path.toString();
    if (text.chars().allMatch(c -> c < 0x80)) {
      return text;
    }
    Path relative = path.isAbsolute() ? path.subpath(0, path.getNameCount()) : path;
    String raw = NOWHERE.resolve(relative).toUri().getRawPath().substring(PREFIX);
    return (path.isAbsolute() ? "/" : "") + unescape(raw);
  }

  private static String unescape(String raw) {
    StringBuilder text = new StringBuilder(raw.length());
    for (int i = 0; i < raw.length(); i++) {
      char c = raw.charAt(i);
      if (c == '%') {
        c = (char) Integer.parseInt(raw, i + 1, i + 3, 16);
        i += 2;
      }
      text.append(c);
    }
    return text.toString();
  }
}
