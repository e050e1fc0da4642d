package io.quaymaster.audit.chain;

import java.time.Instant;

/**
 * The end of a chain.
 *
 * @param sequence of its last row; 0 if it has none
 */
record ChainHead(String chain, long sequence, ChainHash hash, Instant recordedAt) {}
