/** Accounts and their credentials. */
@NullMarked
package io.quaymaster.account;

import org.jspecify.annotations.NullMarked;
