/** Tests of the chains. */
@NullMarked
package io.quaymaster.audit.chain;

import org.jspecify.annotations.NullMarked;
