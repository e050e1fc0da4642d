/** Connections that are bound to one tenant, tried on a real pool and a real PostgreSQL. */
@NullMarked
package io.quaymaster.tenant.scope;

import org.jspecify.annotations.NullMarked;
