package io.quaymaster.admission;

import io.quaymaster.login.LoginName;

/** Who is banned. */
public sealed interface BanSubject {
  /** Whoever comes from there. */
  record Network(SourceNetwork network) implements BanSubject {
    @Override
    public String toString() {
      return network.toString();
    }
  }

  /** Whoever tries its password from where it never came in; see docs/adr/0012. */
  record Account(LoginName name) implements BanSubject {
    @Override
    public String toString() {
      return name.toString();
    }
  }
}
