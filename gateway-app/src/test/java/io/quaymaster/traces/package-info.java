/** What is told becomes spans. */
@NullMarked
package io.quaymaster.traces;

import org.jspecify.annotations.NullMarked;
