/** Whole plays against the packaged gateway: set up over REST, used with OpenSSH's clients. */
@NullMarked
package io.quaymaster.system;

import org.jspecify.annotations.NullMarked;
