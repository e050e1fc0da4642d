package io.quaymaster.account;

/** What a change of an account does to its password. */
public sealed interface PasswordChange {
  PasswordChange KEEP = new Keep();
  PasswordChange CLEAR = new Clear();

  record Keep() implements PasswordChange {}

  /** From now on only keys let the account in. */
  record Clear() implements PasswordChange {}

  /**
   * @param password plain; hashed before anything is stored
   */
  record Replace(String password) implements PasswordChange {
    @Override
    public String toString() {
      return "Replace[password=***]";
    }
  }
}
