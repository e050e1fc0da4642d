/** What a listener negotiates, why it failed, and how clients learn of new host keys. */
@NullMarked
package io.quaymaster.ssh.handshake;

import org.jspecify.annotations.NullMarked;
