/** Exact quotas: reserve, then write, then settle. */
@NullMarked
package io.quaymaster.quota;

import org.jspecify.annotations.NullMarked;
