/** The gateway as a process: where it starts, and the list of what it is made of. */
@NullMarked
package io.quaymaster;

import org.jspecify.annotations.NullMarked;
