package io.quaymaster.ssh.handshake;

import static org.apache.sshd.common.cipher.BuiltinCiphers.aes128cbc;
import static org.apache.sshd.common.cipher.BuiltinCiphers.aes128ctr;
import static org.apache.sshd.common.cipher.BuiltinCiphers.aes128gcm;
import static org.apache.sshd.common.cipher.BuiltinCiphers.aes192cbc;
import static org.apache.sshd.common.cipher.BuiltinCiphers.aes192ctr;
import static org.apache.sshd.common.cipher.BuiltinCiphers.aes256cbc;
import static org.apache.sshd.common.cipher.BuiltinCiphers.aes256ctr;
import static org.apache.sshd.common.cipher.BuiltinCiphers.aes256gcm;
import static org.apache.sshd.common.cipher.BuiltinCiphers.cc20p1305_openssh;
import static org.apache.sshd.common.kex.BuiltinDHFactories.curve25519;
import static org.apache.sshd.common.kex.BuiltinDHFactories.curve25519_libssh;
import static org.apache.sshd.common.kex.BuiltinDHFactories.dhg14;
import static org.apache.sshd.common.kex.BuiltinDHFactories.dhg14_256;
import static org.apache.sshd.common.kex.BuiltinDHFactories.dhg16_512;
import static org.apache.sshd.common.kex.BuiltinDHFactories.ecdhp256;
import static org.apache.sshd.common.kex.BuiltinDHFactories.ecdhp384;
import static org.apache.sshd.common.kex.BuiltinDHFactories.ecdhp521;
import static org.apache.sshd.common.kex.BuiltinDHFactories.mlkem1024nistp384;
import static org.apache.sshd.common.kex.BuiltinDHFactories.mlkem768nistp256;
import static org.apache.sshd.common.kex.BuiltinDHFactories.mlkem768x25519;
import static org.apache.sshd.common.kex.BuiltinDHFactories.sntrup761x25519;
import static org.apache.sshd.common.kex.BuiltinDHFactories.sntrup761x25519_openssh;
import static org.apache.sshd.common.mac.BuiltinMacs.hmacsha1;
import static org.apache.sshd.common.mac.BuiltinMacs.hmacsha1etm;
import static org.apache.sshd.common.mac.BuiltinMacs.hmacsha256;
import static org.apache.sshd.common.mac.BuiltinMacs.hmacsha256etm;
import static org.apache.sshd.common.mac.BuiltinMacs.hmacsha512;
import static org.apache.sshd.common.mac.BuiltinMacs.hmacsha512etm;
import static org.apache.sshd.common.signature.BuiltinSignatures.ed25519;
import static org.apache.sshd.common.signature.BuiltinSignatures.nistp256;
import static org.apache.sshd.common.signature.BuiltinSignatures.nistp384;
import static org.apache.sshd.common.signature.BuiltinSignatures.nistp521;
import static org.apache.sshd.common.signature.BuiltinSignatures.rsa;
import static org.apache.sshd.common.signature.BuiltinSignatures.rsaSHA256;
import static org.apache.sshd.common.signature.BuiltinSignatures.rsaSHA512;
import static org.apache.sshd.common.signature.BuiltinSignatures.sk_ecdsa_sha2_nistp256;
import static org.apache.sshd.common.signature.BuiltinSignatures.sk_ssh_ed25519;

import io.quaymaster.negotiation.AlgorithmOffer;
import io.quaymaster.settings.AlgorithmPolicy;
import io.quaymaster.ssh.cipher.FastCiphers;
import java.security.KeyPair;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.NamedResource;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.compression.BuiltinCompressions;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.keyprovider.KeyPairProvider;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.mac.Mac;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.signature.SignatureFactory;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;

/**
 * The algorithms of a policy, in the listener's order of preference; why these: docs/adr/0015.
 *
 * <p>For all of them: strict key exchange (CVE-2023-48795) is MINA's default, nothing is
 * compressed, and no group exchange and no large classic group is offered, for they cost a stranger
 * nothing and us a lot.
 *
 * @param signatures of clients' keys, and of host keys as far as {@code hostKeyTypes} go
 * @param hostKeyTypes what the listener identifies itself by
 */
public record AlgorithmSet(
    List<BuiltinDHFactories> kex,
    List<BuiltinCiphers> ciphers,
    List<BuiltinMacs> macs,
    List<BuiltinSignatures> signatures,
    Set<String> hostKeyTypes) {
  private static final Set<String> ECDSA =
      Set.of(
          KeyPairProvider.ECDSA_SHA2_NISTP256,
          KeyPairProvider.ECDSA_SHA2_NISTP384,
          KeyPairProvider.ECDSA_SHA2_NISTP521);

  private static final AlgorithmSet MODERN =
      new AlgorithmSet(
          List.of(
              mlkem768x25519,
              sntrup761x25519,
              sntrup761x25519_openssh,
              curve25519,
              curve25519_libssh,
              dhg16_512,
              dhg14_256),
          List.of(aes128gcm, aes256gcm, cc20p1305_openssh, aes128ctr, aes192ctr, aes256ctr),
          List.of(hmacsha256etm, hmacsha512etm, hmacsha256, hmacsha512),
          List.of(
              ed25519,
              nistp256,
              nistp384,
              nistp521,
              sk_ssh_ed25519,
              sk_ecdsa_sha2_nistp256,
              rsaSHA512,
              rsaSHA256),
          Set.of(KeyPairProvider.SSH_ED25519, KeyPairProvider.SSH_RSA));

  private static final AlgorithmSet FIPS_LIKE =
      new AlgorithmSet(
          List.of(
              mlkem768nistp256,
              mlkem1024nistp384,
              ecdhp256,
              ecdhp384,
              ecdhp521,
              dhg16_512,
              dhg14_256),
          List.of(aes128gcm, aes256gcm, aes128ctr, aes192ctr, aes256ctr),
          List.of(hmacsha256etm, hmacsha512etm, hmacsha256, hmacsha512),
          List.of(nistp256, nistp384, nistp521, rsaSHA512, rsaSHA256),
          both(ECDSA, Set.of(KeyPairProvider.SSH_RSA)));

  /** MINA calls SHA-1 deprecated, and so it is. */
  @SuppressWarnings("deprecation")
  private static final AlgorithmSet LEGACY =
      new AlgorithmSet(
          both(MODERN.kex, List.of(ecdhp256, ecdhp384, ecdhp521, dhg14)),
          both(MODERN.ciphers, List.of(aes128cbc, aes192cbc, aes256cbc)),
          both(MODERN.macs, List.of(hmacsha1etm, hmacsha1)),
          both(MODERN.signatures, List.of(rsa)),
          both(MODERN.hostKeyTypes, ECDSA));

  public static AlgorithmSet of(AlgorithmPolicy policy) {
    return switch (policy) {
      case MODERN -> MODERN;
      case FIPS_LIKE -> FIPS_LIKE;
      case LEGACY -> LEGACY;
    };
  }

  private static <T> List<T> both(List<T> first, List<T> then) {
    return Stream.concat(first.stream(), then.stream()).toList();
  }

  private static Set<String> both(Set<String> one, Set<String> other) {
    return Set.copyOf(both(List.copyOf(one), List.copyOf(other)));
  }

  /** Those keys that a listener may identify itself by. */
  public List<KeyPair> usable(List<KeyPair> hostKeys) {
    return hostKeys.stream()
        .filter(key -> hostKeyTypes.contains(KeyUtils.getKeyType(key)))
        .toList();
  }

  /**
   * What a listener says that it can do.
   *
   * @param hostKeys of the gateway
   */
  AlgorithmOffer offer(List<KeyPair> hostKeys) {
    Collection<String> keyTypes = usable(hostKeys).stream().map(KeyUtils::getKeyType).toList();
    List<String> cipherNames = NamedResource.getNameList(ciphers);
    List<String> macNames = NamedResource.getNameList(macs);
    return new AlgorithmOffer(
        NamedResource.getNameList(kex),
        SignatureFactory.resolveSignatureFactoryNamesProposal(
            keyTypes, NamedResource.getNameList(signatures)),
        cipherNames,
        cipherNames,
        macNames,
        macNames);
  }

  /** Sets all of it, with the keys that are usable. */
  public void apply(SshServer server, List<KeyPair> hostKeys) {
    server.setKeyExchangeFactories(
        NamedFactory.setUpTransformedFactories(false, kex, ServerBuilder.DH2KEX));
    server.setCipherFactories(ciphers.stream().map(FastCiphers::of).toList());
    server.setMacFactories(macs.stream().<NamedFactory<Mac>>map(f -> f).toList());
    server.setSignatureFactories(signatures.stream().<NamedFactory<Signature>>map(f -> f).toList());
    server.setCompressionFactories(List.of(BuiltinCompressions.none));
    server.setKeyPairProvider(KeyPairProvider.wrap(usable(hostKeys)));
  }
}
