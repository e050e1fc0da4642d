/** Who may send which request: tokens, roles and the audit of both. */
@NullMarked
package io.quaymaster.admin.access;

import org.jspecify.annotations.NullMarked;
