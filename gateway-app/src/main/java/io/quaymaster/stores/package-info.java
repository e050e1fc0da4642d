/** Opens the stores that the database names, with the adapters that this build has. */
@NullMarked
package io.quaymaster.stores;

import org.jspecify.annotations.NullMarked;
