package io.quaymaster.audit.chain;

/**
 * What was seen of one chain.
 *
 * @param first sequence of the first row that was there; 0: none
 * @param last sequence of the last
 * @param events how many
 * @param signedUpTo the last row that a good checkpoint vouches for; 0: none
 * @param cut whether retention removed what was before the first
 */
public record ChainReport(
    String chain, long first, long last, long events, long signedUpTo, boolean cut) {}
