/**
 * SCP: the remote side of {@code scp -t} and {@code scp -f}, and the grammar of what may be run.
 */
@NullMarked
package io.quaymaster.ssh.scp;

import org.jspecify.annotations.NullMarked;
