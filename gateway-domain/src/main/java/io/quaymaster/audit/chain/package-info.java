/**
 * The audit log as chains of hashes: appending to them, signing them, reading and verifying them.
 */
@NullMarked
package io.quaymaster.audit.chain;

import org.jspecify.annotations.NullMarked;
