/** The journal, on a real disk. */
@NullMarked
package io.quaymaster.audit;

import org.jspecify.annotations.NullMarked;
