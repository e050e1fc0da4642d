package io.quaymaster.ssh;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.util.Arrays;
import java.util.Base64;
import org.apache.sshd.common.cipher.ECCurves;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * A FIDO key without the hardware (OpenSSH's PROTOCOL.u2f): it signs a hash of what it is for, how
 * it was used, and the message.
 *
 * @param ed25519 else ECDSA on nistp256
 */
record SecurityKey(boolean ed25519, String application, KeyPair pair) {
  static final int TOUCHED = 1;
  private static final int ED25519_BYTES = 32;

  static SecurityKey ed25519(String application) throws GeneralSecurityException {
    return new SecurityKey(
        true, application, KeyPairGenerator.getInstance("Ed25519").generateKeyPair());
  }

  static SecurityKey ecdsa(String application) throws GeneralSecurityException {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return new SecurityKey(false, application, generator.generateKeyPair());
  }

  String type() {
    return ed25519 ? "sk-ssh-ed25519@openssh.com" : "sk-ecdsa-sha2-nistp256@openssh.com";
  }

  /** The public key as the wire has it. */
  byte[] blob() {
    Buffer blob = new ByteArrayBuffer();
    blob.putString(type());
    if (ed25519) {
      byte[] encoded = pair.getPublic().getEncoded();
      blob.putBytes(Arrays.copyOfRange(encoded, encoded.length - ED25519_BYTES, encoded.length));
    } else {
      blob.putString("nistp256");
      blob.putBytes(
          ECCurves.encodeECPoint(
              ((ECPublicKey) pair.getPublic()).getW(), ECCurves.nistp256.getParameters()));
    }
    blob.putString(application);
    return blob.getCompactData();
  }

  /** As a line of authorized_keys. */
  String publicKey() {
    return type() + " " + Base64.getEncoder().encodeToString(blob());
  }

  /** {@code SHA256:…}. */
  String fingerprint() throws GeneralSecurityException {
    return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(sha256(blob()));
  }

  /**
   * @param flags {@link #TOUCHED}, or 0 if nobody was there
   */
  byte[] sign(byte[] message, int flags, int counter) throws GeneralSecurityException {
    Signature signer = Signature.getInstance(ed25519 ? "Ed25519" : "SHA256withECDSA");
    signer.initSign(pair.getPrivate());
    signer.update(sha256(application.getBytes(StandardCharsets.UTF_8)));
    signer.update(ByteBuffer.allocate(5).put((byte) flags).putInt(counter).array());
    signer.update(sha256(message));
    Buffer signature = new ByteArrayBuffer();
    signature.putString(type());
    signature.putBytes(ed25519 ? signer.sign() : asMpints(signer.sign()));
    signature.putByte((byte) flags);
    signature.putUInt(counter);
    return signature.getCompactData();
  }

  /** Two DER integers as two mpints: both are a length and a big-endian number. */
  private static byte[] asMpints(byte[] der) {
    Buffer numbers = new ByteArrayBuffer();
    ByteBuffer in = ByteBuffer.wrap(der).position(2);
    for (int i = 0; i < 2; i++) {
      in.get();
      byte[] number = new byte[in.get()];
      in.get(number);
      numbers.putBytes(number);
    }
    return numbers.getCompactData();
  }

  private static byte[] sha256(byte[] data) throws GeneralSecurityException {
    return MessageDigest.getInstance("SHA-256").digest(data);
  }
}
