package io.quaymaster.ssh.scp;

import io.quaymaster.files.AttributeChange.Times;
import io.quaymaster.files.ByteText;

/**
 * A control record of a sending client, read as strictly as sink() in OpenSSH's scp.c reads it.
 * What it says in error texts is said in the same words here.
 */
sealed interface ScpRecord {
  /**
   * {@code C}: a file's bytes follow.
   *
   * @param mode permission bits, {@code 07777}
   * @param name byte text; neither empty nor {@code .} nor {@code ..}, without {@code /} and NUL
   */
  record FileRecord(int mode, long sizeBytes, String name) implements ScpRecord {}

  /** {@code D}: what follows lies in this directory, up to its {@code E}. */
  record DirectoryRecord(int mode, String name) implements ScpRecord {}

  /** {@code E}. */
  record EndRecord() implements ScpRecord {}

  /** {@code T}: of the file or directory that comes next. */
  record TimesRecord(Times times) implements ScpRecord {}

  /** The client could not send something, or ({@code fatal}) anything more. */
  record Complaint(boolean fatal) implements ScpRecord {}

  /**
   * @param line byte text, without its newline; not empty
   */
  static ScpRecord parse(String line) throws ProtocolError {
    return switch (line.charAt(0)) {
      case '\1' -> new Complaint(false);
      case '\2' -> new Complaint(true);
      case 'C', 'D' -> new Fields(line).fileOrDirectory();
      case 'T' -> new Fields(line).times();
      case 'E' -> {
        if (line.length() > 1) {
          throw new ProtocolError("protocol error: more than an E");
        }
        yield new EndRecord();
      }
      default -> throw new ProtocolError("protocol error: expected control record");
    };
  }

  /** Reads a record from left to right. */
  final class Fields {
    private static final int MODE_DIGITS = 4;
    private static final int MOST_MICROSECONDS = 999_999;

    private final String line;
    private int at = 1;

    private Fields(String line) {
      this.line = line;
    }

    private ScpRecord fileOrDirectory() throws ProtocolError {
      int mode = mode();
      long size = number("size");
      delimiter("size");
      String name = line.substring(at);
      if (name.isEmpty()
          || name.equals(".")
          || name.equals("..")
          || name.indexOf('/') >= 0
          || name.indexOf('\0') >= 0) {
        throw new ProtocolError("error: unexpected filename: " + ByteText.shown(name));
      }
      return line.charAt(0) == 'C'
          ? new FileRecord(mode, size, name)
          : new DirectoryRecord(mode, name);
    }

    private int mode() throws ProtocolError {
      int mode = 0;
      for (int end = at + MODE_DIGITS; at < end; at++) {
        int digit = at < line.length() ? line.charAt(at) - '0' : -1;
        if (digit < 0 || digit > 7) {
          throw new ProtocolError("protocol error: bad mode");
        }
        mode = mode << 3 | digit;
      }
      delimiter("mode");
      return mode;
    }

    private ScpRecord times() throws ProtocolError {
      long modified = number("mtime.sec");
      delimiter("mtime.sec");
      microseconds("mtime.usec");
      delimiter("mtime.usec");
      long accessed = number("atime.sec");
      delimiter("atime.sec");
      microseconds("atime.usec");
      if (at < line.length()) {
        throw new ProtocolError("protocol error: atime.usec not delimited");
      }
      return new TimesRecord(new Times(accessed, modified));
    }

    private void microseconds(String what) throws ProtocolError {
      if (number(what) > MOST_MICROSECONDS) {
        throw new ProtocolError("protocol error: " + what + " out of range");
      }
    }

    private void delimiter(String what) throws ProtocolError {
      if (at >= line.length() || line.charAt(at) != ' ') {
        throw new ProtocolError("protocol error: " + what + " not delimited");
      }
      at++;
    }

    /** Digits only: no sign, no space. */
    private long number(String what) throws ProtocolError {
      int start = at;
      while (at < line.length() && line.charAt(at) >= '0' && line.charAt(at) <= '9') {
        at++;
      }
      if (at == start) {
        throw new ProtocolError("protocol error: " + what + " not present");
      }
      try {
        return Long.parseLong(line, start, at, 10);
      } catch (NumberFormatException tooLarge) {
        throw new ProtocolError("protocol error: " + what + " out of range");
      }
    }
  }
}
