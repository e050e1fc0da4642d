package io.quaymaster.login;

import io.quaymaster.credential.AuthenticationMethod;
import io.quaymaster.credential.AuthenticationMethods;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How far a connection has come: whose name it bears, and what was proved, in order. Immutable;
 * only {@link LoginDoor} makes one, and only a complete chain of proofs is {@link Accepted}.
 */
public sealed interface LoginState {
  /** Something is still to be proved. */
  final class Open implements LoginState {
    private final String login;
    private final Optional<LoginName> name;
    private final AuthenticationMethods methods;
    private final List<Proof> proofs;

    Open(
        String login, Optional<LoginName> name, AuthenticationMethods methods, List<Proof> proofs) {
      this.login = login;
      this.name = name;
      this.methods = methods;
      this.proofs = List.copyOf(proofs);
    }

    /** As the client wrote it. */
    public String login() {
      return login;
    }

    /** What may be proved next, in the order of the policy. */
    public List<AuthenticationMethod> next() {
      return methods.next(Proof.methods(proofs));
    }

    public boolean offers(AuthenticationMethod method) {
      return next().contains(method);
    }

    Optional<LoginName> name() {
      return name;
    }

    List<Proof> proofs() {
      return proofs;
    }

    LoginState with(LoginName proved, Proof proof) {
      List<Proof> all = new ArrayList<>(proofs);
      all.add(proof);
      return methods.isCompleteWith(Proof.methods(all))
          ? new Accepted(proved, all)
          : new Open(login, name, methods, all);
    }

    @Override
    public String toString() {
      return "login with " + Proof.methods(proofs) + " proved";
    }
  }

  /** A chain is complete. Good for {@link LoginDoor#admit}. */
  final class Accepted implements LoginState {
    private final LoginName name;
    private final List<Proof> proofs;

    private Accepted(LoginName name, List<Proof> proofs) {
      this.name = name;
      this.proofs = List.copyOf(proofs);
    }

    LoginName name() {
      return name;
    }

    List<Proof> proofs() {
      return proofs;
    }

    @Override
    public String toString() {
      return "accepted " + name;
    }
  }
}
