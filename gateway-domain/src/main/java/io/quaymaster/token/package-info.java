/** API tokens of admins. */
@NullMarked
package io.quaymaster.token;

import org.jspecify.annotations.NullMarked;
