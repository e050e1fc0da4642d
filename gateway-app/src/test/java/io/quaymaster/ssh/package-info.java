/** Real clients, raw clients and attackers against the SSH face, on a real database. */
@NullMarked
package io.quaymaster.ssh;

import org.jspecify.annotations.NullMarked;
