package io.quaymaster.ssh.handshake;

import io.quaymaster.negotiation.AlgorithmOffer;
import io.quaymaster.negotiation.NegotiationFailure.Code;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.sshd.common.kex.KexProposalOption;

/** What two offers come to, by the rules of RFC 4253, section 7.1. */
final class Negotiation {
  /** Ciphers that need no MAC beside them (PROTOCOL of OpenSSH, section 1.6; RFC 5647). */
  private static final List<String> AEAD =
      List.of("aes128-gcm@openssh.com", "aes256-gcm@openssh.com", "chacha20-poly1305@openssh.com");

  private Negotiation() {}

  static AlgorithmOffer offer(Map<KexProposalOption, String> proposal) {
    return new AlgorithmOffer(
        names(proposal, KexProposalOption.ALGORITHMS),
        names(proposal, KexProposalOption.SERVERKEYS),
        names(proposal, KexProposalOption.C2SENC),
        names(proposal, KexProposalOption.S2CENC),
        names(proposal, KexProposalOption.C2SMAC),
        names(proposal, KexProposalOption.S2CMAC));
  }

  private static List<String> names(
      Map<KexProposalOption, String> proposal, KexProposalOption category) {
    return Arrays.asList(proposal.getOrDefault(category, "").split(",", -1));
  }

  static boolean compresses(Map<KexProposalOption, String> proposal) {
    return !names(proposal, KexProposalOption.C2SCOMP).contains("none")
        || !names(proposal, KexProposalOption.S2CCOMP).contains("none");
  }

  /** The categories in which both have nothing in common, in the order of the protocol. */
  static List<Code> missing(AlgorithmOffer client, AlgorithmOffer server) {
    List<Code> missing = new ArrayList<>();
    if (agreed(client.kex(), server.kex()).isEmpty()) {
      missing.add(Code.NO_COMMON_KEX);
    }
    if (agreed(client.hostKeys(), server.hostKeys()).isEmpty()) {
      missing.add(Code.NO_COMMON_HOST_KEY);
    }
    Optional<String> in = agreed(client.ciphersIn(), server.ciphersIn());
    Optional<String> out = agreed(client.ciphersOut(), server.ciphersOut());
    if (in.isEmpty() || out.isEmpty()) {
      missing.add(Code.NO_COMMON_CIPHER);
    }
    boolean noMacIn = needsMac(in) && agreed(client.macsIn(), server.macsIn()).isEmpty();
    boolean noMacOut = needsMac(out) && agreed(client.macsOut(), server.macsOut()).isEmpty();
    if (noMacIn || noMacOut) {
      missing.add(Code.NO_COMMON_MAC);
    }
    return missing;
  }

  /** The client's first that the server has, too. */
  private static Optional<String> agreed(List<String> client, List<String> server) {
    return client.stream().filter(server::contains).findFirst();
  }

  /** A cipher that is not agreed upon needs none yet. */
  private static boolean needsMac(Optional<String> cipher) {
    return cipher.isPresent() && !AEAD.contains(cipher.get());
  }
}
