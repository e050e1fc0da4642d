/** What happened: who, from where, what, which rule decided. */
@NullMarked
package io.quaymaster.audit;

import org.jspecify.annotations.NullMarked;
