/** Carries SSH connections over blocking sockets, one virtual thread to each connection. */
@NullMarked
package io.quaymaster.ssh.transport;

import org.jspecify.annotations.NullMarked;
