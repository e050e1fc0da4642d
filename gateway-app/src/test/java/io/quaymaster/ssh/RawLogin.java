package io.quaymaster.ssh;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.apache.sshd.client.auth.AbstractUserAuth;
import org.apache.sshd.client.auth.UserAuth;
import org.apache.sshd.client.auth.UserAuthFactory;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.config.keys.KeyUtils;
import org.apache.sshd.common.session.Session;
import org.apache.sshd.common.session.SessionListener;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.Buffer;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;

/**
 * A login played request by request in one connection (RFC 4252), sensible or not: whose name,
 * whose key and whose signature are said apart. Each request waits for the answer to the one before
 * it.
 *
 * <p>Ed25519 keys only. Threads: one plays.
 */
final class RawLogin {
  /** Answers, as {@link #play} tells them. */
  static final String KEY_WOULD_DO = "key would do";

  static final String NO = "no: publickey,password";
  static final String IN = "in";

  /** Puts everything of a request that comes after its type. */
  @FunctionalInterface
  private interface Request {
    void putInto(Buffer to, ClientSession session) throws Exception;
  }

  private static final String SERVICE = "ssh-connection";

  private final TestGateway gateway;
  private final String login;
  private final List<Request> requests = new ArrayList<>();
  private final List<String> answers = new CopyOnWriteArrayList<>();
  private final List<Duration> waits = new CopyOnWriteArrayList<>();
  private String address = "127.0.0.1";

  /** Of two messages with the same number, which one the server would answer with. */
  private boolean asking;

  private boolean stays;
  private long askedAtNanos;

  /**
   * @param login whose name opens the play, in the request for the methods that there are
   */
  RawLogin(TestGateway gateway, String login) {
    this.gateway = gateway;
    this.login = login;
  }

  /** Comes from another of this machine's addresses. */
  RawLogin from(String other) {
    address = other;
    return this;
  }

  /** Asks whether a key would do. Its answer is a promise of nothing. */
  RawLogin probe(String name, OpenSshKeys key) {
    requests.add((to, _) -> putKey(to, name, Offer.of(key), false));
    return this;
  }

  RawLogin probe(String name, TestCertificate certificate) {
    requests.add((to, _) -> putKey(to, name, Offer.of(certificate), false));
    return this;
  }

  /** Offers a certificate with a signature by a key. */
  RawLogin sign(String name, TestCertificate certificate, OpenSshKeys signer) {
    requests.add(
        (to, session) -> {
          putKey(to, name, Offer.of(certificate), true);
          to.putBytes(signature(session, name, Offer.of(certificate), signer));
        });
    return this;
  }

  /** Wants to be asked. */
  RawLogin interactive(String name) {
    requests.add(
        (to, _) -> {
          putStart(to, name, "keyboard-interactive");
          to.putString("");
          to.putString("");
          asking = true;
        });
    return this;
  }

  /** Answers what was asked. */
  RawLogin answer(String... answers) {
    requests.add(
        (to, _) -> {
          to.wpos(to.wpos() - 1);
          to.putByte(SshConstants.SSH_MSG_USERAUTH_INFO_RESPONSE);
          to.putInt(answers.length);
          for (String each : answers) {
            to.putString(each);
          }
        });
    return this;
  }

  /** Asks for the service of authentication once more. */
  RawLogin serviceAgain() {
    requests.add(
        (to, session) -> {
          Buffer again = session.createBuffer(SshConstants.SSH_MSG_SERVICE_REQUEST);
          again.putString("ssh-userauth");
          session.writePacket(again);
          next(to, session);
        });
    return this;
  }

  /** Offers a key with a signature. */
  RawLogin sign(String name, OpenSshKeys key) {
    return sign(name, key, key);
  }

  /** Offers a key with a signature by another. */
  RawLogin sign(String name, OpenSshKeys offered, OpenSshKeys signer) {
    requests.add(
        (to, session) -> {
          putKey(to, name, Offer.of(offered), true);
          to.putBytes(signature(session, name, Offer.of(offered), signer));
        });
    return this;
  }

  RawLogin password(String name, String password) {
    requests.add(
        (to, _) -> {
          putStart(to, name, "password");
          to.putBoolean(false);
          to.putString(password);
        });
    return this;
  }

  /** Names a method and says no more. */
  RawLogin method(String name, String method) {
    requests.add((to, _) -> putStart(to, name, method));
    return this;
  }

  /** What happens elsewhere before the next request is sent. */
  RawLogin meanwhile(Runnable event) {
    requests.add(
        (to, session) -> {
          event.run();
          next(to, session);
        });
    return this;
  }

  /** Once in, does nothing until the server ends the connection. */
  RawLogin andStays() {
    stays = true;
    return this;
  }

  /** Plays it to its end, whichever it is: an answer for each request that had one. */
  List<String> play() {
    try (RawClient client = new RawClient()) {
      client.mina().setUserAuthFactories(factories());
      client.mina().addSessionListener(new End());
      ClientSession session = client.connectFrom(address, gateway.port(), login);
      session.auth().verify(RawClient.PATIENCE);
      if (stays) {
        session.waitFor(EnumSet.of(ClientSession.ClientSessionEvent.CLOSED), RawClient.PATIENCE);
      }
    } catch (IOException refused) {
      if (answers.isEmpty()) {
        throw new IllegalStateException("the play did not begin", refused);
      }
    }
    return List.copyOf(answers);
  }

  /** How long each answer took. */
  List<Duration> waits() {
    return List.copyOf(waits);
  }

  private void answered(String answer) {
    answers.add(answer);
    waits.add(Duration.ofNanos(System.nanoTime() - askedAtNanos));
  }

  private void next(Buffer to, ClientSession session) throws Exception {
    requests.removeFirst().putInto(to, session);
  }

  private void putStart(Buffer to, String name, String method) {
    asking = false;
    to.putString(name);
    to.putString(SERVICE);
    to.putString(method);
  }

  /** A key on the wire. */
  @SuppressWarnings("ArrayRecordComponent") // compared by nobody
  private record Offer(String algorithm, byte[] blob) {
    static Offer of(OpenSshKeys key) {
      Buffer blob = new ByteArrayBuffer();
      blob.putRawPublicKey(key.pair().getPublic());
      return new Offer(KeyUtils.getKeyType(key.pair()), blob.getCompactData());
    }

    static Offer of(TestCertificate certificate) {
      return new Offer(certificate.type(), certificate.blob());
    }
  }

  /** Everything but the signature. */
  private void putKey(Buffer to, String name, Offer offered, boolean signed) {
    putStart(to, name, "publickey");
    to.putBoolean(signed);
    to.putString(offered.algorithm());
    to.putBytes(offered.blob());
  }

  /** RFC 4252, section 7. */
  private byte[] signature(ClientSession session, String name, Offer offered, OpenSshKeys signer)
      throws Exception {
    Buffer signed = new ByteArrayBuffer();
    signed.putBytes(session.getSessionId());
    signed.putByte(SshConstants.SSH_MSG_USERAUTH_REQUEST);
    putKey(signed, name, offered, true);
    Signature by = BuiltinSignatures.ed25519.create();
    by.initSigner(session, signer.pair().getPrivate());
    by.update(session, signed.getCompactData());
    Buffer blob = new ByteArrayBuffer();
    blob.putBytes("ssh-ed25519".getBytes(StandardCharsets.US_ASCII));
    blob.putBytes(by.sign(session));
    return blob.getCompactData();
  }

  /** RFC 4256, section 3.2. */
  private static String question(Buffer request) {
    request.getString(); // name
    request.getString(); // instruction
    request.getString(); // language
    int prompts = request.getInt();
    return prompts == 1 ? "asks: " + request.getString().strip() : "asks " + prompts;
  }

  /** The server's last word, if it has one. */
  private final class End implements SessionListener {
    @Override
    public void sessionDisconnect(
        Session session, int reason, String message, String language, boolean byUs) {
      if (!byUs) {
        answered("ended: " + message);
      }
    }
  }

  /**
   * To MINA's client each method is a part of the play. After an answer that asks for another it
   * goes on with the next one of that name, and never back; so each is there once for each request.
   */
  private List<UserAuthFactory> factories() {
    return requests.stream()
        .flatMap(_ -> Stream.of("publickey", "password", "keyboard-interactive"))
        .<UserAuthFactory>map(Factory::new)
        .toList();
  }

  private final class Factory implements UserAuthFactory {
    private final String method;

    Factory(String method) {
      this.method = method;
    }

    @Override
    public String getName() {
      return method;
    }

    @Override
    public UserAuth createUserAuth(ClientSession session) {
      return new Play(method);
    }
  }

  private final class Play extends AbstractUserAuth {
    Play(String method) {
      super(method);
    }

    @Override
    protected boolean sendAuthDataRequest(ClientSession session, String service) throws Exception {
      if (requests.isEmpty()) {
        return false;
      }
      Buffer request = session.createBuffer(SshConstants.SSH_MSG_USERAUTH_REQUEST);
      next(request, session);
      askedAtNanos = System.nanoTime();
      session.writePacket(request);
      return true;
    }

    @Override
    public void signalAuthMethodSuccess(ClientSession session, String service, Buffer answer) {
      answered(IN);
    }

    @Override
    public void signalAuthMethodFailure(
        ClientSession session,
        String service,
        boolean partial,
        List<String> serverMethods,
        Buffer answer) {
      answered("no: " + String.join(",", serverMethods) + (partial ? " (partial)" : ""));
    }

    @Override
    protected boolean processAuthDataRequest(ClientSession session, String service, Buffer answer)
        throws Exception {
      int type = answer.getUByte();
      answered(
          type != SshConstants.SSH_MSG_USERAUTH_PK_OK
              ? "answer " + type
              : asking ? question(answer) : KEY_WOULD_DO);
      return sendAuthDataRequest(session, service);
    }
  }
}
