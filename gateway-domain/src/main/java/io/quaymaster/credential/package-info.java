/** The rules about proofs: which ones, in what order, when, and what each kind must look like. */
@NullMarked
package io.quaymaster.credential;

import org.jspecify.annotations.NullMarked;
