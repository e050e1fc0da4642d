/** Why an admin's request is refused: one closed set of reasons for every use case. */
@NullMarked
package io.quaymaster.refusal;

import org.jspecify.annotations.NullMarked;
