/** The directions of the design, as rules that fail the build. */
@NullMarked
package io.quaymaster.architecture;

import org.jspecify.annotations.NullMarked;
