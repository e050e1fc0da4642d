/** Notices between processes, on a real database. */
@NullMarked
package io.quaymaster.cluster;

import org.jspecify.annotations.NullMarked;
