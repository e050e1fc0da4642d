package io.quaymaster.process;

/** What the process needs to know of the SSH server. Threads: any. */
public interface SshListener {
  /** Whether connections are accepted now. */
  boolean isListening();

  /** The port that is really listened on, also where the setting is 0. */
  int port();
}
