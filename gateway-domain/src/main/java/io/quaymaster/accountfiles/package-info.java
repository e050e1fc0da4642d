/** The files that one grant sees: the only place that combines permission, quota and store. */
@NullMarked
package io.quaymaster.accountfiles;

import org.jspecify.annotations.NullMarked;
