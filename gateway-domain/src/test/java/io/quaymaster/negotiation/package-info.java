/** How failures are kept. */
@NullMarked
package io.quaymaster.negotiation;

import org.jspecify.annotations.NullMarked;
