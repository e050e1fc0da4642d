package io.quaymaster.process;

import java.util.List;

/** What the process needs to know of the SSH server. Threads: any. */
public interface SshListener {
  /**
   * A port beside the main one.
   *
   * @param port that is really listened on
   */
  record Further(String name, String bind, int port, String policy) {}

  /** Whether connections are accepted now, on all ports. */
  boolean isListening();

  /** The port that is really listened on, also where the setting is 0. */
  int port();

  List<Further> further();
}
