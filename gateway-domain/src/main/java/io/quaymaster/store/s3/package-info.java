/** What the domain knows of stores in buckets: where they lie, and who speaks to the server. */
@NullMarked
package io.quaymaster.store.s3;

import org.jspecify.annotations.NullMarked;
