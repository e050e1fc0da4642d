/** Work that is bound to one tenant, and the connections that are bound with it. */
@NullMarked
package io.quaymaster.tenant.scope;

import org.jspecify.annotations.NullMarked;
