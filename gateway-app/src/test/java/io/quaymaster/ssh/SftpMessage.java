package io.quaymaster.ssh;

import io.quaymaster.files.ByteText;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * An SFTP request being put together; strings are byte text. Its id is put in when it is sent.
 * draft-ietf-secsh-filexfer-02, and PROTOCOL in OpenSSH's sources.
 */
final class SftpMessage {
  static final int INIT = 1;
  static final int OPEN = 3;
  static final int CLOSE = 4;
  static final int READ = 5;
  static final int WRITE = 6;
  static final int LSTAT = 7;
  static final int FSTAT = 8;
  static final int SETSTAT = 9;
  static final int FSETSTAT = 10;
  static final int OPENDIR = 11;
  static final int READDIR = 12;
  static final int REMOVE = 13;
  static final int MKDIR = 14;
  static final int RMDIR = 15;
  static final int REALPATH = 16;
  static final int STAT = 17;
  static final int RENAME = 18;
  static final int READLINK = 19;
  static final int SYMLINK = 20;
  static final int EXTENDED = 200;

  private final int type;
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();

  private SftpMessage(int type) {
    this.type = type;
  }

  static SftpMessage of(int type) {
    return new SftpMessage(type);
  }

  static SftpMessage extended(String name) {
    return new SftpMessage(EXTENDED).string(name);
  }

  /** A request about one path or handle. */
  static SftpMessage about(int type, String pathOrHandle) {
    return new SftpMessage(type).string(pathOrHandle);
  }

  static SftpMessage open(String path, int flags) {
    return about(OPEN, path).u32(flags).attributes(Attributes.NONE);
  }

  static SftpMessage read(String handle, long offset, long length) {
    return about(READ, handle).u64(offset).u32(length);
  }

  static SftpMessage write(String handle, long offset, byte[] data) {
    return about(WRITE, handle).u64(offset).bytes(data);
  }

  SftpMessage u32(long value) {
    body.writeBytes(ByteBuffer.allocate(4).putInt((int) value).array());
    return this;
  }

  SftpMessage u64(long value) {
    body.writeBytes(ByteBuffer.allocate(8).putLong(value).array());
    return this;
  }

  SftpMessage string(String byteText) {
    return bytes(ByteText.bytes(byteText));
  }

  SftpMessage bytes(byte[] bytes) {
    u32(bytes.length);
    body.writeBytes(bytes);
    return this;
  }

  SftpMessage attributes(Attributes a) {
    return a.putInto(this);
  }

  /** The message as it goes over the wire, its length included. */
  byte[] framed(int id) {
    return ByteBuffer.allocate(4 + 1 + 4 + body.size())
        .putInt(1 + 4 + body.size())
        .put((byte) type)
        .putInt(id)
        .put(body.toByteArray())
        .array();
  }

  /** ATTRS; null is not sent. */
  record Attributes(
      @Nullable Long size, @Nullable Owner owner, @Nullable Integer mode, @Nullable Times times) {
    record Owner(long uid, long gid) {}

    record Times(long accessed, long modified) {}

    static final Attributes NONE = new Attributes(null, null, null, null);

    static Attributes mode(int mode) {
      return new Attributes(null, null, mode, null);
    }

    static Attributes size(long size) {
      return new Attributes(size, null, null, null);
    }

    static Attributes times(long accessed, long modified) {
      return new Attributes(null, null, null, new Times(accessed, modified));
    }

    private SftpMessage putInto(SftpMessage to) {
      to.u32(
          (size == null ? 0 : 1)
              | (owner == null ? 0 : 2)
              | (mode == null ? 0 : 4)
              | (times == null ? 0 : 8));
      if (size != null) {
        to.u64(size);
      }
      if (owner != null) {
        to.u32(owner.uid()).u32(owner.gid());
      }
      if (mode != null) {
        to.u32(mode);
      }
      if (times != null) {
        to.u32(times.accessed()).u32(times.modified());
      }
      return to;
    }
  }
}
