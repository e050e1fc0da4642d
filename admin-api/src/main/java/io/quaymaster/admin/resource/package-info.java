/** The resources of the admin API: thin controllers and the JSON that they speak. */
@NullMarked
package io.quaymaster.admin.resource;

import org.jspecify.annotations.NullMarked;
