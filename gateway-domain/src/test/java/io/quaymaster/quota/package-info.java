/** What of the ledger needs no database. */
@NullMarked
package io.quaymaster.quota;

import org.jspecify.annotations.NullMarked;
