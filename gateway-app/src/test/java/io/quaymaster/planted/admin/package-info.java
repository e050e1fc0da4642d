/** Classes that break a rule on purpose, for ArchitectureTest. */
@NullMarked
package io.quaymaster.planted.admin;

import org.jspecify.annotations.NullMarked;
