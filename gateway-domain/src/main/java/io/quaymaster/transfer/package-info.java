/** Transfers: one file moved one way by one session. */
@NullMarked
package io.quaymaster.transfer;

import org.jspecify.annotations.NullMarked;
