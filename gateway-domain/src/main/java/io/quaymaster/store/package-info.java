/** Stores: a tenant's places for files. */
@NullMarked
package io.quaymaster.store;

import org.jspecify.annotations.NullMarked;
