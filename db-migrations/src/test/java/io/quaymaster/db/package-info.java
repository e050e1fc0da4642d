/** The PostgreSQL that tests run on, and the proof of the migrations. */
@NullMarked
package io.quaymaster.db;

import org.jspecify.annotations.NullMarked;
