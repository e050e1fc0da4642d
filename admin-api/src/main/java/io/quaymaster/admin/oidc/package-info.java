/** Admins who sign in somewhere else: JSON Web Tokens of an OpenID Connect provider. */
@NullMarked
package io.quaymaster.admin.oidc;

import org.jspecify.annotations.NullMarked;
