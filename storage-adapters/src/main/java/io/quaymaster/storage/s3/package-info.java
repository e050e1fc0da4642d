/** The FileStore port in a bucket: objects by the names that clients see, written as uploads. */
@NullMarked
package io.quaymaster.storage.s3;

import org.jspecify.annotations.NullMarked;
