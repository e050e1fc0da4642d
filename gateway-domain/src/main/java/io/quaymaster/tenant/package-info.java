/** Tenants: the customers, who own accounts, stores and limits. */
@NullMarked
package io.quaymaster.tenant;

import org.jspecify.annotations.NullMarked;
