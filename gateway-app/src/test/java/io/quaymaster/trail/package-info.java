/** Tests of the commands on the audit log. */
@NullMarked
package io.quaymaster.trail;

import org.jspecify.annotations.NullMarked;
