/** Every setting of the gateway, with its default and its bounds. */
@NullMarked
package io.quaymaster.settings;

import org.jspecify.annotations.NullMarked;
