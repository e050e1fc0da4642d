package io.quaymaster.negotiation;

import java.net.InetAddress;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A connection that ended before anybody could authenticate.
 *
 * @param policy of the listener, for example {@code modern}
 * @param client its identification line; null: it sent none
 * @param message for people
 * @param offered by the client; null: it ended before it said
 * @param wouldMatch policies under which the client and this gateway had agreed
 */
public record NegotiationFailure(
    Instant at,
    String listener,
    String policy,
    InetAddress source,
    @Nullable String client,
    Code code,
    String message,
    @Nullable AlgorithmOffer offered,
    AlgorithmOffer available,
    List<String> wouldMatch) {
  /** RFC 4253, section 4.2: 255 characters with the line's end. */
  private static final int LONGEST_CLIENT = 253;

  private static final int LONGEST_MESSAGE = 500;

  /** Where it ended, in the order of the protocol. */
  public enum Code {
    /** The listener lets other networks in, not this one. */
    SOURCE_NOT_ALLOWED("source"),
    /** What came first was no identification line of SSH (RFC 4253, section 4.2). */
    BAD_IDENTIFICATION("identification"),
    /** The client speaks SSH version 1 only. */
    PROTOCOL_VERSION_1("identification"),
    /** What followed the identification was no packet of SSH, or none that belongs there. */
    BAD_PACKET("packet"),
    /** A packet where strict key exchange allows none (CVE-2023-48795). */
    STRICT_KEX_VIOLATED("strict-kex"),
    NO_COMMON_KEX("kex"),
    NO_COMMON_HOST_KEY("host-key"),
    NO_COMMON_CIPHER("cipher"),
    NO_COMMON_MAC("mac"),
    NO_COMMON_COMPRESSION("compression"),
    /** Algorithms were agreed upon, and then the exchange itself failed. */
    KEY_EXCHANGE_FAILED("exchange"),
    /** The client went away in the exchange, as one does that doesn't know the host key. */
    CLIENT_LEFT("client-left"),
    /** The client said nothing more, or nothing at all, until its time was over. */
    HANDSHAKE_TIMEOUT("timeout");

    private final String category;

    Code(String category) {
      this.category = category;
    }

    /** A label for metrics. */
    public String category() {
      return category;
    }
  }

  public NegotiationFailure {
    client = client == null ? null : AlgorithmOffer.shown(client, LONGEST_CLIENT);
    message = AlgorithmOffer.shown(message, LONGEST_MESSAGE);
    wouldMatch = List.copyOf(wouldMatch);
  }
}
