/** SCP, driven by the real client and by raw records. */
@NullMarked
package io.quaymaster.ssh.scp;

import org.jspecify.annotations.NullMarked;
