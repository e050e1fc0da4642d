/** What one gateway process tells the others. */
@NullMarked
package io.quaymaster.cluster;

import org.jspecify.annotations.NullMarked;
