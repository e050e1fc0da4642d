/** The FileStore port on a local disk, confined to its root by the kernel. */
@NullMarked
package io.quaymaster.storage.local;

import org.jspecify.annotations.NullMarked;
