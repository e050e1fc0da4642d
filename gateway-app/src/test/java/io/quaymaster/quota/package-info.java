/** A ledger for tests of the faces, put together by hand. */
@NullMarked
package io.quaymaster.quota;

import org.jspecify.annotations.NullMarked;
