/** The SSH face: who may open what on a connection. Transport and key exchange are MINA's. */
@NullMarked
package io.quaymaster.ssh;

import org.jspecify.annotations.NullMarked;
