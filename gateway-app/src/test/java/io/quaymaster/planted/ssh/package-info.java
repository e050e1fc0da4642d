/** Classes that break a rule on purpose, for ArchitectureTest. */
@NullMarked
package io.quaymaster.planted.ssh;

import org.jspecify.annotations.NullMarked;
