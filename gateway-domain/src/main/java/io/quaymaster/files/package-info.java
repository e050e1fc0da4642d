/** Paths, the {@link io.quaymaster.files.FileStore} port, and the files that one grant sees. */
@NullMarked
package io.quaymaster.files;

import org.jspecify.annotations.NullMarked;
