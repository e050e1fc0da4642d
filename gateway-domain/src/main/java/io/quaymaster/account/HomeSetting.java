package io.quaymaster.account;

import io.quaymaster.store.PlacePath;

/**
 * Where an account's {@code /} lies.
 *
 * @param store name of a store of the account's tenant
 */
public record HomeSetting(String store, PlacePath path) {}
