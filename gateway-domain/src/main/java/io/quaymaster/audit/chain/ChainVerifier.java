package io.quaymaster.audit.chain;

import io.quaymaster.audit.chain.Finding.Kind;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Verifies one chain while it goes by, in constant memory: that each row fits its hash and follows
 * the one before, and that what was signed is there. One thread.
 */
final class ChainVerifier implements ChainSink {
  private final String chain;
  private final VerifyingKeys keys;
  private final Verification found;

  /** A checkpoint that was kept where the database's masters cannot reach. */
  private final @Nullable Checkpoint anchor;

  private long first;
  private long events;
  private long last;
  private Instant lastTime = Instant.EPOCH;

  /** Null behind a gap: what follows has nothing to be compared with. */
  private @Nullable ChainHash lastHash = ChainHash.BEGINNING;

  private long signedUpTo;
  private long promised;
  private boolean cut;
  private boolean begun;

  ChainVerifier(String chain, VerifyingKeys keys, @Nullable Checkpoint anchor, Verification found) {
    this.chain = chain;
    this.keys = keys;
    this.anchor = anchor;
    this.found = found;
  }

  /** Goes on behind a row, instead of at the beginning. */
  void startBehind(long sequence, ChainHash hash) {
    last = sequence;
    lastHash = hash;
    begun = true;
  }

  /** Takes a row's hash as it stands, for an anchor tells what it must be; or goes on at a cut. */
  void startAt(long sequence) {
    last = sequence - 1;
    lastHash = sequence == 1 ? ChainHash.BEGINNING : null;
  }

  @Override
  public void event(ChainedEvent event) {
    if (!event.chain().equals(chain)) {
      complain(event.sequence(), Kind.OUT_OF_PLACE, "It belongs to another chain.");
      return;
    }
    if (event.sequence() <= last) {
      complain(
          event.sequence(),
          Kind.OUT_OF_PLACE,
          "It comes behind row %d: twice, or in the wrong place.".formatted(last));
      return;
    }
    arrive(event.sequence());
    compare(event);
    compareWithAnchor(event.sequence(), event.hash());
  }

  @Override
  public void unreadable(long sequence, String why) {
    complain(sequence, Kind.UNREADABLE, why);
    if (sequence > last) {
      arrive(sequence);
      lastHash = null;
      last = sequence;
    }
  }

  /** A row has come: were there others between? */
  private void arrive(long sequence) {
    if (sequence > last + 1) {
      if (begun) {
        complain(
            sequence,
            Kind.GAP,
            "Rows %d to %d before it are missing.".formatted(last + 1, sequence - 1));
      } else {
        complain(
            sequence,
            Kind.NO_BEGINNING,
            "Rows 1 to %d before it are missing, and no signed cut says that retention removed them."
                .formatted(sequence - 1));
      }
      lastHash = null;
    }
    begun = true;
    first = first == 0 ? sequence : first;
    events++;
  }

  private void compare(ChainedEvent event) {
    if (lastHash != null && !event.hashAfter(lastHash).equals(event.hash())) {
      complain(
          event.sequence(),
          Kind.CHANGED,
          "It does not fit its hash: it was changed, or row %d was and got a new hash."
              .formatted(event.sequence() - 1));
    }
    if (event.recordedAt().isBefore(lastTime)) {
      complain(event.sequence(), Kind.BACK_IN_TIME, "It was recorded before the row before it.");
    }
    last = event.sequence();
    lastHash = event.hash();
    lastTime = event.recordedAt();
  }

  private void compareWithAnchor(long sequence, ChainHash hash) {
    if (anchor != null && anchor.sequence() == sequence && !anchor.hash().equals(hash)) {
      complain(
          sequence,
          Kind.REWRITTEN,
          "This gateway signed another hash at %s.".formatted(anchor.at()));
    }
  }

  @Override
  public void checkpoint(Checkpoint checkpoint) {
    if (!checkpoint.chain().equals(chain) || !keys.signed(checkpoint)) {
      complain(checkpoint.sequence(), Kind.FALSE_CHECKPOINT, falseness(checkpoint));
    } else if (!begun && checkpoint.kind() == Checkpoint.Kind.CUT) {
      startBehind(checkpoint.sequence(), checkpoint.hash());
      signedUpTo = checkpoint.sequence();
      cut = true;
    } else if (checkpoint.sequence() > last) {
      // The row is missing: either a later one shows the gap, or the end does.
      promised = Math.max(promised, checkpoint.sequence());
    } else if (checkpoint.sequence() == last && lastHash != null) {
      compareWithSigned(checkpoint, lastHash);
    }
  }

  private String falseness(Checkpoint checkpoint) {
    return keys.knows(checkpoint.keyId())
        ? "The signature of its checkpoint is false."
        : "Its checkpoint is of key %s, which nobody said to believe."
            .formatted(checkpoint.keyId());
  }

  private void compareWithSigned(Checkpoint checkpoint, ChainHash hash) {
    if (checkpoint.hash().equals(hash)) {
      signedUpTo = checkpoint.sequence();
    } else {
      complain(
          checkpoint.sequence(),
          Kind.REWRITTEN,
          "Another hash was signed at %s. What was rewritten lies behind row %d, up to this one."
              .formatted(checkpoint.at(), signedUpTo));
    }
  }

  /**
   * That was all.
   *
   * @param head where it says that it ends; null: nothing says
   * @param complete whether that is the chain's own end, and not that of a part
   */
  void end(@Nullable ChainHead head, boolean complete) {
    long must = Math.max(promised, anchor == null || !complete ? 0 : anchor.sequence());
    if (must > last) {
      truncated(must, "They were signed.");
    } else if (head != null && head.sequence() > last) {
      truncated(head.sequence(), "The chain says that it had them.");
    } else if (head != null && (head.sequence() < last || !head.hash().equals(lastHash))) {
      complain(
          head.sequence(),
          Kind.CHANGED,
          "The chain says that it ends here with hash %s; it does not.".formatted(head.hash()));
    }
    found.add(new ChainReport(chain, first, last, events, signedUpTo, cut));
  }

  private void truncated(long must, String why) {
    complain(
        last + 1,
        Kind.TRUNCATED,
        "Rows %d to %d are missing at the end. %s".formatted(last + 1, must, why));
  }

  private void complain(long sequence, Kind kind, String message) {
    found.add(new Finding(chain, sequence, kind, message));
  }
}
