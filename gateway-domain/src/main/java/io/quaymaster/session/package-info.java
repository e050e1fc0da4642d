/** The port through which admins list and end sessions. */
@NullMarked
package io.quaymaster.session;

import org.jspecify.annotations.NullMarked;
