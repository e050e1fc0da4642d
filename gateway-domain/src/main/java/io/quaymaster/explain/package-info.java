/** Says which rule would allow or refuse something, without trying it. */
@NullMarked
package io.quaymaster.explain;

import org.jspecify.annotations.NullMarked;
