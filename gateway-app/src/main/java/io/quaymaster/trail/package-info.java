/** The audit log's place in the process: its keys, its keeper and its offline verifier. */
@NullMarked
package io.quaymaster.trail;

import org.jspecify.annotations.NullMarked;
