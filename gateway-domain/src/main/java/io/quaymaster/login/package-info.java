/**
 * The one door: a name and a proof go in, a {@link io.quaymaster.login.Grant} or a refusal comes
 * out.
 */
@NullMarked
package io.quaymaster.login;

import org.jspecify.annotations.NullMarked;
