package io.quaymaster.audit.chain;

import io.quaymaster.audit.chain.AuditLines.Line;
import io.quaymaster.audit.chain.Finding.Kind;
import java.io.BufferedReader;
import java.io.IOException;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Verifies an export without any database, line by line. An export may begin in the middle of a
 * chain; what comes before its first row is then taken on trust, and what is signed behind it
 * proves that as well. One thread.
 */
public final class ExportVerifier {
  /** Far more than any event has; a longer line is no line of an export. */
  private static final int MAX_LINE_CHARACTERS = 1 << 20;

  private final VerifyingKeys keys;
  private final Map<String, Checkpoint> anchors;
  private final Verification found = new Verification();
  private final Set<String> done = new HashSet<>();
  private @Nullable ChainVerifier current;
  private String chain = "";
  private long sequence;
  private long lineNumber;

  /**
   * @param anchors checkpoints that were kept elsewhere, by chain
   */
  public ExportVerifier(VerifyingKeys keys, Map<String, Checkpoint> anchors) {
    this.keys = keys;
    this.anchors = Map.copyOf(anchors);
  }

  /**
   * Reads to the end. Called once.
   *
   * @throws IOException if it cannot be read
   */
  public Verification verify(BufferedReader export) throws IOException {
    String text = line(export);
    while (text != null) {
      lineNumber++;
      read(text);
      text = line(export);
    }
    leave("The export ends in the middle of the chain.");
    if (found.chains().isEmpty() && found.isIntact()) {
      complain("There is no chain in it.");
    }
    return found;
  }

  private void read(String text) {
    try {
      switch (AuditLines.parse(text)) {
        case Line.Begin begin -> begin(begin);
        case Line.Event(ChainedEvent event) -> {
          sequence = event.sequence();
          inChain(event.chain()).event(event);
        }
        case Line.Signed(Checkpoint checkpoint) ->
            inChain(checkpoint.chain()).checkpoint(checkpoint);
        case Line.End end -> end(end);
      }
    } catch (IllegalArgumentException strange) {
      complain("Line %d: %s".formatted(lineNumber, strange.getMessage()));
    }
  }

  private void begin(Line.Begin begin) {
    leave("Another chain begins in the middle of it.");
    chain = begin.chain();
    sequence = begin.sequence();
    if (!done.add(chain)) {
      throw new IllegalArgumentException("The chain begins again.");
    }
    ChainVerifier verifier = new ChainVerifier(chain, keys, anchors.get(chain), found);
    if (begin.sequence() > 0) {
      verifier.startBehind(begin.sequence(), begin.hash());
    }
    current = verifier;
  }

  private ChainVerifier inChain(String named) {
    if (current == null || !named.equals(chain)) {
      throw new IllegalArgumentException("It stands outside of its chain.");
    }
    return current;
  }

  private void end(Line.End end) {
    ChainHead head = new ChainHead(chain, end.sequence(), end.hash(), Instant.EPOCH);
    inChain(end.chain()).end(head, end.complete());
    current = null;
  }

  private void leave(String why) {
    if (current != null) {
      complain(why);
      current.end(null, false);
      current = null;
    }
  }

  private void complain(String message) {
    found.add(new Finding(chain, sequence, Kind.UNREADABLE, message));
  }

  private static @Nullable String line(BufferedReader export) throws IOException {
    int first = export.read();
    if (first < 0) {
      return null;
    }
    StringBuilder line = new StringBuilder();
    for (int c = first; c >= 0 && c != '\n'; c = export.read()) {
      if (line.length() == MAX_LINE_CHARACTERS) {
        throw new IOException("a line is longer than " + MAX_LINE_CHARACTERS + " characters");
      }
      line.append((char) c);
    }
    return line.toString();
  }
}
