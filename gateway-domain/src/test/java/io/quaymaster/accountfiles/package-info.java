/** Plays with accounts and their files, on a real database. */
@NullMarked
package io.quaymaster.accountfiles;

import org.jspecify.annotations.NullMarked;
