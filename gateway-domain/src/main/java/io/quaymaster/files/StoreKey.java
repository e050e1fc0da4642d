package io.quaymaster.files;

/**
 * What an adapter is given: a path below a store's root, relative, no {@code .}, {@code ..} or
 * empty component. Only a {@link Home} makes one for a client's path, so an adapter never sees what
 * a client wrote.
 */
public final class StoreKey implements Comparable<StoreKey> {
  public static final StoreKey ROOT = new StoreKey("");

  private final String byteText;

  private StoreKey(String byteText) {
    this.byteText = byteText;
  }

  static StoreKey of(String byteText) {
    return byteText.isEmpty() ? ROOT : new StoreKey(byteText);
  }

  /**
   * The key of a place that an admin named, for example {@code "partners/alice"}.
   *
   * @throws IllegalArgumentException if a component is no {@link FileName}
   */
  public static StoreKey ofPlace(String unicode) {
    RealPath path = RealPath.ofUnicode(unicode);
    return of(path.below(RealPath.ROOT));
  }

  /** {@code ""} for the store's root, else {@code "a/b"}; one character for each byte. */
  public String byteText() {
    return byteText;
  }

  public boolean isRoot() {
    return byteText.isEmpty();
  }

  public StoreKey parent() {
    int slash = byteText.lastIndexOf('/');
    return slash < 0 ? ROOT : new StoreKey(byteText.substring(0, slash));
  }

  /** The last component; empty for the root. */
  public String name() {
    return byteText.substring(byteText.lastIndexOf('/') + 1);
  }

  public StoreKey child(FileName name) {
    return new StoreKey(isRoot() ? name.byteText() : byteText + '/' + name.byteText());
  }

  /** Whether this is {@code ancestor} or lies below it. */
  public boolean startsWith(StoreKey ancestor) {
    String a = ancestor.byteText;
    return a.isEmpty()
        || (byteText.startsWith(a)
            && (byteText.length() == a.length() || byteText.charAt(a.length()) == '/'));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof StoreKey that && byteText.equals(that.byteText);
  }

  @Override
  public int hashCode() {
    return byteText.hashCode();
  }

  @Override
  public int compareTo(StoreKey other) {
    return byteText.compareTo(other.byteText);
  }

  @Override
  public String toString() {
    return ByteText.shown(byteText);
  }
}
