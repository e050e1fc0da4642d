/** Who is let in before any password: networks, penalties and bans. */
@NullMarked
package io.quaymaster.admission;

import org.jspecify.annotations.NullMarked;
