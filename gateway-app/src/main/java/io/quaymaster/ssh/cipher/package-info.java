/** Ciphers of the transport, built for its speed on what the JDK has fast code for. */
@NullMarked
package io.quaymaster.ssh.cipher;

import org.jspecify.annotations.NullMarked;
