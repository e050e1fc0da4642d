/** Classes that break a rule on purpose, for ArchitectureTest. */
@NullMarked
package io.quaymaster.planted.process;

import org.jspecify.annotations.NullMarked;
