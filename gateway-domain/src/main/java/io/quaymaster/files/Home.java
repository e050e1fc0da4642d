package io.quaymaster.files;

/**
 * Where a part of an account's view lies: a store and a key in it. The account's {@code /} is one
 * (the chroot); each mount is another. The only maker of {@link StoreKey}s.
 *
 * @param at where in the account's view: {@link RealPath#ROOT} for the home itself
 * @param storeId the store's id in the database
 * @param storeName for people
 * @param root the key in the store that stands at {@code at}
 */
public record Home(RealPath at, long storeId, String storeName, StoreKey root) {
  /**
   * @throws IllegalArgumentException if the path does not lie in this part of the view
   */
  public StoreKey keyOf(RealPath path) {
    String below = path.below(at);
    if (below.isEmpty()) {
      return root;
    }
    return StoreKey.of(root.isRoot() ? below : root.byteText() + '/' + below);
  }
}
