package io.quaymaster.ssh.cipher;

/** Poly1305 (RFC 8439, section 2.5), for one message after another, each with its own key. */
interface Authenticator {
  int KEY_BYTES = 32;
  int TAG_BYTES = 16;

  /** Begins a message, with a key that is good for this one only. */
  void init(byte[] key);

  void update(byte[] in, int offset, int length);

  /** Ends the message and writes its tag. */
  void finish(byte[] tag);
}
