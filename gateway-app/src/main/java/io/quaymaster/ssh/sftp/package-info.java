/** SFTP version 3 with OpenSSH's extensions, served in process. */
@NullMarked
package io.quaymaster.ssh.sftp;

import org.jspecify.annotations.NullMarked;
