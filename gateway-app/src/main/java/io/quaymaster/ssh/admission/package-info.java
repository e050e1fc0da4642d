/**
 * The gate: which connections get as far as a key exchange, and what those that fail there cost.
 */
@NullMarked
package io.quaymaster.ssh.admission;

import org.jspecify.annotations.NullMarked;
