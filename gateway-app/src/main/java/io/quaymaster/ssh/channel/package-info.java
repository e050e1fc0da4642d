/** Bytes between an SSH channel and the code that serves it. */
@NullMarked
package io.quaymaster.ssh.channel;

import org.jspecify.annotations.NullMarked;
