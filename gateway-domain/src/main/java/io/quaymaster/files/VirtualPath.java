package io.quaymaster.files;

import static io.quaymaster.files.FileFailure.Kind.INVALID_PATH;
import static io.quaymaster.files.FileFailure.Kind.NAME_TOO_LONG;

import java.util.ArrayList;
import java.util.List;

/**
 * A path as a client says it: parsed once, then only a type. Absolute inside the account's home.
 * Empty and {@code .} components are gone; {@code ..} stays, because what {@code link/..} reaches
 * depends on where {@code link} points, and is dropped at the top, as a chroot does. It becomes a
 * {@link RealPath} only by asking the stores ({@code accountfiles.PathResolver}).
 *
 * @param components in order; {@code ".."} or the byte text of a {@link FileName}
 * @param mustBeDirectory the client wrote a trailing slash (or {@code /.}), so POSIX wants a
 *     directory there
 * @param endsInDot the last component that the client wrote is {@code .}: names what is there
 *     already, and cannot be a new name
 */
public record VirtualPath(List<String> components, boolean mustBeDirectory, boolean endsInDot) {
  /** PATH_MAX of Linux less its NUL: what OpenSSH's sftp-server takes as well. */
  public static final int MAX_BYTES = 4095;

  public static final VirtualPath ROOT = new VirtualPath(List.of(), false, false);

  public VirtualPath {
    components = List.copyOf(components);
  }

  /**
   * Reads a client's path.
   *
   * @param byteText the bytes that came, one character each; an empty path means {@code base}, as
   *     it does to sftp-server
   * @param base where a relative path starts
   * @throws FileFailure INVALID_PATH for a NUL, NAME_TOO_LONG for more than {@link #MAX_BYTES} in
   *     all or 255 in a component
   */
  public static VirtualPath parse(String byteText, RealPath base) throws FileFailure {
    if (byteText.length() > MAX_BYTES) {
      throw new FileFailure(
          NAME_TOO_LONG, "a path may have " + MAX_BYTES + " bytes, not " + byteText.length());
    }
    if (byteText.indexOf('\0') >= 0) {
      throw new FileFailure(INVALID_PATH, "a path cannot hold a NUL byte");
    }
    List<String> parts = new ArrayList<>();
    if (!byteText.startsWith("/")) {
      parts.addAll(base.components());
    }
    boolean slashed = false;
    boolean dot = false;
    for (int at = 0; at < byteText.length(); ) {
      int end = byteText.indexOf('/', at);
      String part = byteText.substring(at, end < 0 ? byteText.length() : end);
      slashed = end >= 0 || part.equals(".") || part.equals("..");
      dot = part.equals(".") || (part.isEmpty() && dot);
      add(part, parts);
      at = end < 0 ? byteText.length() : end + 1;
    }
    return new VirtualPath(parts, slashed && !parts.isEmpty(), dot);
  }

  /** For paths that the house itself writes: no relative start, no surprises. */
  public static VirtualPath of(String unicode) throws FileFailure {
    return parse(ByteText.ofUnicode(unicode), RealPath.ROOT);
  }

  private static void add(String part, List<String> parts) throws FileFailure {
    if (part.isEmpty() || part.equals(".")) {
      return;
    }
    if (part.equals("..") && parts.isEmpty()) {
      return;
    }
    if (part.length() > FileName.MAX_BYTES) {
      throw new FileFailure(
          NAME_TOO_LONG, "a name may have " + FileName.MAX_BYTES + " bytes, not " + part.length());
    }
    parts.add(part);
  }

  /** Whether the path says where it leads without asking a store, if no component is a link. */
  public boolean isPlain() {
    return !components.contains("..");
  }

  /** Whether the last component that the client wrote is {@code .} or {@code ..}. */
  public boolean endsInDots() {
    return endsInDot || (!components.isEmpty() && components.getLast().equals(".."));
  }

  /** The path without the last component that the client wrote, as a directory. */
  public VirtualPath parent() {
    int parents = components.size() - (endsInDot ? 0 : 1);
    return parents < 1 ? ROOT : new VirtualPath(components.subList(0, parents), true, false);
  }

  /** The name itself, whatever it is, where a slash at its end would ask for a directory. */
  public VirtualPath withoutSlash() {
    return mustBeDirectory ? new VirtualPath(components, false, endsInDot) : this;
  }

  /**
   * The path read as text alone: each {@code ..} takes away the component before it. Where it leads
   * if there are no links.
   */
  public RealPath lexical() {
    if (isPlain()) {
      return RealPath.of(components);
    }
    List<String> left = new ArrayList<>(components.size());
    for (String part : components) {
      if (!part.equals("..")) {
        left.add(part);
      } else if (!left.isEmpty()) {
        left.removeLast();
      }
    }
    return RealPath.of(left);
  }

  @Override
  public String toString() {
    return ByteText.shown("/" + String.join("/", components) + (mustBeDirectory ? "/" : ""));
  }
}
