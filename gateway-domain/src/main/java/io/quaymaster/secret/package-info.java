/** Secrets that must be kept readable: sealed with a key that is not in the database. */
@NullMarked
package io.quaymaster.secret;

import org.jspecify.annotations.NullMarked;
