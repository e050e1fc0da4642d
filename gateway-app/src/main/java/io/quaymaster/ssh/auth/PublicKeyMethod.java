package io.quaymaster.ssh.auth;

import io.quaymaster.account.SshPublicKey;
import io.quaymaster.certificate.UserCertificate;
import io.quaymaster.login.LoginDoor.Verdict;
import io.quaymaster.login.OfferedKey;
import io.quaymaster.ssh.auth.Conversation.Outcome;
import java.io.IOException;
import java.util.Optional;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.server.session.ServerSession;

/**
 * RFC 4252, section 7, with OpenSSH's certificates. The door says whether a key would do before its
 * signature is looked at; what was said about another request is never remembered.
 */
final class PublicKeyMethod {
  private static final String NAME = "publickey";

  private final ServerSession session;
  private final Conversation conversation;
  private final String service;

  PublicKeyMethod(ServerSession session, Conversation conversation, String service) {
    this.session = session;
    this.conversation = conversation;
    this.service = service;
  }

  /** Empty: the client was told that the key would do. */
  Optional<Outcome> request(Buffer buffer) throws IOException {
    boolean signed = buffer.getBoolean();
    String algorithm = buffer.getString();
    byte[] blob = buffer.getBytes();
    byte[] signature = signed ? buffer.getBytes() : new byte[0];
    if (buffer.available() > 0) {
      return Optional.of(Outcome.REFUSED);
    }
    String type = new ByteArrayBuffer(blob).getString();
    if (!KeySignatures.fits(algorithm, type, session)) {
      return Optional.of(Outcome.REFUSED);
    }
    Optional<UserCertificate> certificate =
        UserCertificate.isType(type) ? Optional.of(UserCertificate.parse(blob)) : Optional.empty();
    OfferedKey offered =
        certificate
            .<OfferedKey>map(OfferedKey.Certified::new)
            .orElseGet(() -> new OfferedKey.Plain(SshPublicKey.fingerprintOf(blob)));
    Optional<Verdict.Fits> fits = conversation.look(offered);
    if (fits.isEmpty()) {
      return Optional.of(Outcome.REFUSED);
    }
    if (!signed) {
      sendWouldDo(algorithm, blob);
      return Optional.empty();
    }
    byte[] keyBlob = certificate.map(UserCertificate::keyBlob).orElse(blob);
    return Optional.of(
        conversation.signed(
            fits.get(),
            SshPublicKey.fingerprintOf(keyBlob),
            () ->
                KeySignatures.isBy(
                    keyBlob,
                    fits.get().verifyRequired(),
                    UserCertificate.plainType(algorithm),
                    session,
                    toBeSigned(algorithm, blob),
                    signature)));
  }

  private byte[] toBeSigned(String algorithm, byte[] blob) {
    Buffer signed = new ByteArrayBuffer();
    signed.putBytes(session.getSessionId());
    signed.putByte(SshConstants.SSH_MSG_USERAUTH_REQUEST);
    signed.putString(conversation.login());
    signed.putString(service);
    signed.putString(NAME);
    signed.putBoolean(true);
    signed.putString(algorithm);
    signed.putBytes(blob);
    return signed.getCompactData();
  }

  private void sendWouldDo(String algorithm, byte[] blob) throws IOException {
    Buffer answer = session.createBuffer(SshConstants.SSH_MSG_USERAUTH_PK_OK);
    answer.putString(algorithm);
    answer.putBytes(blob);
    session.writePacket(answer);
  }
}
