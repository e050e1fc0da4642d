package io.quaymaster.credential;

import java.util.Arrays;
import java.util.Optional;

/**
 * One step of a chain. What policy writes may say more than the protocol's method: behind {@code
 * keyboard-interactive} stands what is asked for, as a device does in sshd_config(5)'s
 * AuthenticationMethods.
 */
public enum AuthenticationMethod {
  PUBLICKEY("publickey", "publickey"),
  PASSWORD("password", "password"),
  /** A code of an authenticator app, or a recovery code. */
  CODE("keyboard-interactive", "keyboard-interactive"),
  /** The password again, for clients that can only answer questions. */
  PASSWORD_ASKED("keyboard-interactive:password", "keyboard-interactive");

  private final String text;
  private final String protocolName;

  AuthenticationMethod(String text, String protocolName) {
    this.text = text;
    this.protocolName = protocolName;
  }

  /** As policy writes it. */
  public String text() {
    return text;
  }

  /** As RFC 4252 and RFC 4256 name it. */
  public String protocolName() {
    return protocolName;
  }

  static Optional<AuthenticationMethod> ofText(String text) {
    return Arrays.stream(values()).filter(method -> method.text.equals(text)).findFirst();
  }

  @Override
  public String toString() {
    return text;
  }
}
