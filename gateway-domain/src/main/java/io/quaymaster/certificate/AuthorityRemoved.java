package io.quaymaster.certificate;

/**
 * An authority vouches for nobody any more; the sessions that its certificates let in end.
 * Published inside the transaction: whoever listens does so after commit.
 */
public record AuthorityRemoved(long authorityId) {}
