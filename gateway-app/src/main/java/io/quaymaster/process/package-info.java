/** What stands around the gateway: its data folder, keys, database, health, start and end. */
@NullMarked
package io.quaymaster.process;

import org.jspecify.annotations.NullMarked;
