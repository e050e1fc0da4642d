package io.quaymaster.ssh.scp;

import java.util.List;

/**
 * What a client asks for by the {@code exec} request (RFC 4254, section 6.5), which is read by a
 * grammar of our own and never by a shell: words with a shell's quoting, the command {@code scp}
 * with the options that an scp client gives its remote side, or an SFTP server by its usual names.
 */
public sealed interface ScpCommand {
  /** Which way the files go, as seen from here. */
  enum Way {
    /** {@code -t}: the client sends. */
    SINK,
    /** {@code -f}: the client receives. */
    SOURCE
  }

  /**
   * An SCP transfer.
   *
   * @param recursive {@code -r}: directories too
   * @param preserve {@code -p}: times and exact modes
   * @param targetMustBeDirectory {@code -d}
   * @param verbose {@code -v}: every record is shown on the standard error
   * @param paths exactly one for a sink, one or more for a source
   */
  record Scp(
      Way way,
      boolean recursive,
      boolean preserve,
      boolean targetMustBeDirectory,
      boolean verbose,
      List<ScpPath> paths)
      implements ScpCommand {
    public Scp {
      paths = List.copyOf(paths);
    }
  }

  /** The client names an SFTP server to be run: {@code sftp -s PATH}. */
  record SftpServer() implements ScpCommand {}

  /**
   * @param reason one or two sentences for the client
   */
  record Refused(String reason) implements ScpCommand {}

  /**
   * Reads a command line. Never throws.
   *
   * @param byteText the line's bytes, one character each; MINA's own {@code handleExec} would have
   *     decoded them as UTF-8 and lost what is not
   */
  static ScpCommand parse(String byteText) {
    try {
      List<Word> words = LineWords.split(byteText);
      if (words.isEmpty()) {
        return new Refused("The command line is empty.");
      }
      return CommandGrammar.command(words);
    } catch (UnusableLine unusable) {
      return new Refused(unusable.sentence());
    }
  }
}
