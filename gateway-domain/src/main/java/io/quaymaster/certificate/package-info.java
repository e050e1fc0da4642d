/**
 * OpenSSH user certificates: who may sign them for a tenant, which count no more, what they say.
 */
@NullMarked
package io.quaymaster.certificate;

import org.jspecify.annotations.NullMarked;
