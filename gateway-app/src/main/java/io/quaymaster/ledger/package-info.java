/** The quota ledger's place in the process: its beans, its start and its stop. */
@NullMarked
package io.quaymaster.ledger;

import org.jspecify.annotations.NullMarked;
