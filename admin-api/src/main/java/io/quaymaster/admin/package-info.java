/** The REST face for admins: how it is put together. */
@NullMarked
package io.quaymaster.admin;

import org.jspecify.annotations.NullMarked;
