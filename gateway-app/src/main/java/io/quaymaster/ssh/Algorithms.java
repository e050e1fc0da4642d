package io.quaymaster.ssh;

import java.util.List;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.compression.BuiltinCompressions;
import org.apache.sshd.common.kex.BuiltinDHFactories;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.server.ServerBuilder;
import org.apache.sshd.server.SshServer;

/**
 * What the gateway negotiates: post-quantum hybrids first, no SHA-1, no CBC, no group exchange and
 * no large classic groups (they cost a stranger nothing and us a lot), no compression. Strict key
 * exchange (CVE-2023-48795) is MINA's default.
 */
final class Algorithms {
  private static final List<BuiltinDHFactories> KEY_EXCHANGE =
      List.of(
          BuiltinDHFactories.mlkem768x25519,
          BuiltinDHFactories.sntrup761x25519,
          BuiltinDHFactories.sntrup761x25519_openssh,
          BuiltinDHFactories.curve25519,
          BuiltinDHFactories.curve25519_libssh,
          BuiltinDHFactories.ecdhp256,
          BuiltinDHFactories.ecdhp384,
          BuiltinDHFactories.ecdhp521,
          BuiltinDHFactories.dhg16_512,
          BuiltinDHFactories.dhg14_256);

  private static final List<BuiltinCiphers> CIPHERS =
      List.of(
          BuiltinCiphers.aes128gcm,
          BuiltinCiphers.aes256gcm,
          BuiltinCiphers.cc20p1305_openssh,
          BuiltinCiphers.aes128ctr,
          BuiltinCiphers.aes192ctr,
          BuiltinCiphers.aes256ctr);

  private static final List<BuiltinMacs> MACS =
      List.of(
          BuiltinMacs.hmacsha256etm,
          BuiltinMacs.hmacsha512etm,
          BuiltinMacs.hmacsha256,
          BuiltinMacs.hmacsha512);

  private static final List<BuiltinSignatures> SIGNATURES =
      List.of(
          BuiltinSignatures.ed25519,
          BuiltinSignatures.nistp256,
          BuiltinSignatures.nistp384,
          BuiltinSignatures.nistp521,
          BuiltinSignatures.sk_ssh_ed25519,
          BuiltinSignatures.sk_ecdsa_sha2_nistp256,
          BuiltinSignatures.rsaSHA512,
          BuiltinSignatures.rsaSHA256);

  private Algorithms() {}

  static void apply(SshServer server) {
    server.setKeyExchangeFactories(
        NamedFactory.setUpTransformedFactories(true, KEY_EXCHANGE, ServerBuilder.DH2KEX));
    server.setCipherFactories(
        NamedFactory.setUpBuiltinFactories(true, CIPHERS).stream()
            .<NamedFactory<org.apache.sshd.common.cipher.Cipher>>map(f -> f)
            .toList());
    server.setMacFactories(
        MACS.stream().<NamedFactory<org.apache.sshd.common.mac.Mac>>map(f -> f).toList());
    server.setSignatureFactories(
        SIGNATURES.stream()
            .<NamedFactory<org.apache.sshd.common.signature.Signature>>map(f -> f)
            .toList());
    server.setCompressionFactories(List.of(BuiltinCompressions.none));
  }
}
