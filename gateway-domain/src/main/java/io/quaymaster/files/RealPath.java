package io.quaymaster.files;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A path that says exactly where it leads inside an account's view: absolute, no {@code ..}, and,
 * once a {@code accountfiles.PathResolver} gave it, no component that is a link. Policy is
 * evaluated on this and only this; only a {@link Home} makes a {@link StoreKey} of it.
 *
 * <p>Held as one string, because it is made, compared and cut for every request.
 */
public final class RealPath implements Comparable<RealPath> {
  public static final RealPath ROOT = new RealPath("");

  /** {@code ""} for the root, else {@code "/a/b"}. */
  private final String text;

  private RealPath(String text) {
    this.text = text;
  }

  /**
   * @param components byte texts of file names
   */
  static RealPath of(List<String> components) {
    return components.isEmpty() ? ROOT : new RealPath("/" + String.join("/", components));
  }

  /**
   * A path that an admin wrote, for example {@code "/in"} or {@code "in/"}.
   *
   * @throws IllegalArgumentException if it has a component that is no {@link FileName}
   */
  public static RealPath ofUnicode(String path) {
    RealPath real = ROOT;
    for (String part : ByteText.ofUnicode(path).split("/", -1)) {
      if (!part.isEmpty()) {
        real = real.child(new FileName(part));
      }
    }
    if (real.text.length() > VirtualPath.MAX_BYTES) {
      throw new IllegalArgumentException("longer than " + VirtualPath.MAX_BYTES + " bytes");
    }
    return real;
  }

  public boolean isRoot() {
    return text.isEmpty();
  }

  public List<String> components() {
    return isRoot() ? List.of() : Arrays.asList(text.substring(1).split("/", -1));
  }

  /** All prefixes from the root to the path itself. */
  public List<RealPath> lineage() {
    List<RealPath> line = new ArrayList<>();
    line.add(ROOT);
    for (int i = text.indexOf('/', 1); i > 0; i = text.indexOf('/', i + 1)) {
      line.add(new RealPath(text.substring(0, i)));
    }
    if (!isRoot()) {
      line.add(this);
    }
    return line;
  }

  /** The directory that holds this; the root holds itself. */
  public RealPath parent() {
    return isRoot() ? this : new RealPath(text.substring(0, text.lastIndexOf('/')));
  }

  /**
   * @throws IllegalStateException for the root, which has no name
   */
  public FileName name() {
    if (isRoot()) {
      throw new IllegalStateException("the root has no name");
    }
    return new FileName(text.substring(text.lastIndexOf('/') + 1));
  }

  public RealPath child(FileName name) {
    return new RealPath(text + '/' + name.byteText());
  }

  /** Whether this is {@code ancestor} or lies below it. */
  public boolean startsWith(RealPath ancestor) {
    return text.startsWith(ancestor.text)
        && (text.length() == ancestor.text.length() || text.charAt(ancestor.text.length()) == '/');
  }

  /**
   * What is left of this below {@code ancestor}, without a leading slash; empty if they are the
   * same.
   *
   * @throws IllegalArgumentException if this does not lie there
   */
  String below(RealPath ancestor) {
    if (!startsWith(ancestor)) {
      throw new IllegalArgumentException(this + " is not below " + ancestor);
    }
    return text.length() == ancestor.text.length()
        ? ""
        : text.substring(ancestor.text.length() + 1);
  }

  /** One character for each byte; {@code "/"} for the root. */
  public String byteText() {
    return isRoot() ? "/" : text;
  }

  public byte[] bytes() {
    return ByteText.bytes(byteText());
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof RealPath that && text.equals(that.text);
  }

  @Override
  public int hashCode() {
    return text.hashCode();
  }

  @Override
  public int compareTo(RealPath other) {
    return text.compareTo(other.text);
  }

  @Override
  public String toString() {
    return ByteText.shown(byteText());
  }
}
