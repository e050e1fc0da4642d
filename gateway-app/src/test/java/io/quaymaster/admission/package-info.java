@NullMarked
package io.quaymaster.admission;

import org.jspecify.annotations.NullMarked;
