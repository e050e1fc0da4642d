/** RFC 4252 and RFC 4256: what clients send to be let in, and what they are answered. */
@NullMarked
package io.quaymaster.ssh.auth;

import org.jspecify.annotations.NullMarked;
