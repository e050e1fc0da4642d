package io.quaymaster.audit.chain;

/**
 * Something that is wrong with a chain, and where.
 *
 * @param sequence of the row in question
 * @param message for people
 */
public record Finding(String chain, long sequence, Kind kind, String message) {
  public enum Kind {
    /** The row does not fit its hash: it, or the hash of the row before, was changed. */
    CHANGED,
    /** Rows are missing in the middle. */
    GAP,
    /** The first rows are missing, and no cut says that retention removed them. */
    NO_BEGINNING,
    /** Rows are missing at the end. */
    TRUNCATED,
    /** A row comes twice or in the wrong place. */
    OUT_OF_PLACE,
    /** It was recorded before the row before it. */
    BACK_IN_TIME,
    /** Rows fit each other, but not what was signed: they were all written anew. */
    REWRITTEN,
    /** A checkpoint that was not signed by a key that is believed. */
    FALSE_CHECKPOINT,
    /** A line or a row that no gateway can have written. */
    UNREADABLE
  }
}
