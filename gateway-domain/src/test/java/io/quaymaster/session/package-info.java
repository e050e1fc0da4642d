/** Sessions of several processes on one database. */
@NullMarked
package io.quaymaster.session;

import org.jspecify.annotations.NullMarked;
