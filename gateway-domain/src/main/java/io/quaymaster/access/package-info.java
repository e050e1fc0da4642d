/** Who may do what on which path: a pure function of an account's data. */
@NullMarked
package io.quaymaster.access;

import org.jspecify.annotations.NullMarked;
