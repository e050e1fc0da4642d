package io.quaymaster.ssh;

import io.quaymaster.files.ByteText;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** An answer of an SFTP server, taken apart; strings are byte text. */
@SuppressWarnings("ArrayRecordComponent") // compared by nobody
record SftpReply(int type, int id, byte[] body) {
  static final int STATUS = 101;
  static final int HANDLE = 102;
  static final int DATA = 103;
  static final int NAME = 104;
  static final int ATTRS = 105;
  static final int EXTENDED = 201;

  static final int OK = 0;
  static final int EOF = 1;
  static final int NO_SUCH_FILE = 2;
  static final int PERMISSION_DENIED = 3;
  static final int FAILURE = 4;
  static final int BAD_MESSAGE = 5;
  static final int OP_UNSUPPORTED = 8;

  /**
   * Attributes as servers send them.
   *
   * @param mode with the file's type, as st_mode
   */
  record Stat(long size, long uid, long gid, int mode, long accessed, long modified) {
    private static final int TYPE_BITS = 0170000;

    boolean isDirectory() {
      return (mode & TYPE_BITS) == 0040000;
    }

    boolean isLink() {
      return (mode & TYPE_BITS) == 0120000;
    }

    boolean isFile() {
      return (mode & TYPE_BITS) == 0100000;
    }
  }

  record Name(String name, String longName, Stat stat) {}

  boolean isStatus() {
    return type == STATUS;
  }

  /**
   * @throws IllegalStateException if it is another kind of answer
   */
  int status() {
    return need(STATUS).getInt();
  }

  /** The sentence that comes with a status, UTF-8. */
  String message() {
    ByteBuffer from = need(STATUS);
    from.getInt();
    return new String(ByteText.bytes(string(from)), StandardCharsets.UTF_8);
  }

  String handle() {
    return string(need(HANDLE));
  }

  byte[] data() {
    return ByteText.bytes(string(need(DATA)));
  }

  Stat stat() {
    return stat(need(ATTRS));
  }

  List<Name> names() {
    ByteBuffer from = need(NAME);
    int count = from.getInt();
    List<Name> names = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      names.add(new Name(string(from), string(from), stat(from)));
    }
    return names;
  }

  /** The only name of the answer to REALPATH, READLINK and the like. */
  String path() {
    List<Name> names = names();
    if (names.size() != 1) {
      throw new IllegalStateException(names.size() + " names");
    }
    return names.getFirst().name();
  }

  ByteBuffer extended() {
    return need(EXTENDED);
  }

  private ByteBuffer need(int wanted) {
    if (type != wanted) {
      throw new IllegalStateException("not a " + wanted + ": " + this);
    }
    return ByteBuffer.wrap(body);
  }

  private static String string(ByteBuffer from) {
    byte[] bytes = new byte[from.getInt()];
    from.get(bytes);
    return ByteText.of(bytes);
  }

  private static Stat stat(ByteBuffer from) {
    int flags = from.getInt();
    long size = (flags & 1) != 0 ? from.getLong() : -1;
    long uid = (flags & 2) != 0 ? from.getInt() & 0xffffffffL : -1;
    long gid = (flags & 2) != 0 ? from.getInt() & 0xffffffffL : -1;
    int mode = (flags & 4) != 0 ? from.getInt() : -1;
    long accessed = (flags & 8) != 0 ? from.getInt() & 0xffffffffL : -1;
    long modified = (flags & 8) != 0 ? from.getInt() & 0xffffffffL : -1;
    return new Stat(size, uid, gid, mode, accessed, modified);
  }

  @Override
  public String toString() {
    return switch (type) {
      case STATUS -> "status " + status() + " (" + message() + ")";
      case HANDLE -> "a handle";
      case DATA -> data().length + " bytes";
      case NAME -> names().toString();
      case ATTRS -> stat().toString();
      default -> "answer " + type;
    };
  }
}
