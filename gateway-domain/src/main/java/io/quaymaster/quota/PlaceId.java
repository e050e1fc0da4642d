package io.quaymaster.quota;

/**
 * A place that a limit can stand on: a store and a path in it.
 *
 * @param path canonical, {@code ""} for the store's root, else {@code a/b}; UTF-8 text as in the
 *     database
 */
public record PlaceId(long storeId, String path) {}
