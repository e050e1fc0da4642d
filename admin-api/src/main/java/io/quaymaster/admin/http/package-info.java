/** What all resources share: problems, cursors, ETags, merge patches, limits. */
@NullMarked
package io.quaymaster.admin.http;

import org.jspecify.annotations.NullMarked;
