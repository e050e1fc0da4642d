package io.quaymaster.ssh.sftp;

import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore;
import io.quaymaster.ssh.channel.ChannelOutput;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Writes replies. Each method is one message of draft-ietf-secsh-filexfer-02, or of OpenSSH's
 * PROTOCOL.
 */
final class ReplyWriter {
  private static final int VERSION = 2;
  private static final int STATUS = 101;
  private static final int HANDLE = 102;
  private static final int DATA = 103;
  private static final int NAME = 104;
  private static final int ATTRS = 105;
  private static final int EXTENDED_REPLY = 201;

  /** The numbers that every file shows: the account and its tenant. */
  static final int OWNER_ID = 1000;

  static final int GROUP_ID = 1000;

  private static final int ATTRIBUTES_BYTES = 4 + 8 + 4 + 4 + 4 + 4 + 4;

  /**
   * In bytes, for statvfs. Small enough that quotas show nearly exactly, large enough for clients
   * with 32 bits.
   */
  private static final int BLOCK_BYTES = 1024;

  private final ChannelOutput out;

  ReplyWriter(ChannelOutput out) {
    this.out = out;
  }

  void flush() throws IOException, InterruptedException {
    out.flush();
  }

  private void begin(int type, long id, int bodyBytes) throws IOException, InterruptedException {
    out.putUint32(1 + 4 + bodyBytes);
    out.putByte(type);
    out.putUint32(id);
  }

  /**
   * @param extensions whose names and versions are told
   */
  void version(int version, List<RequestType> extensions) throws IOException, InterruptedException {
    int length = 1 + 4;
    for (RequestType each : extensions) {
      length += 8 + String.valueOf(each.extension()).length() + each.version().length();
    }
    out.putUint32(length);
    out.putByte(VERSION);
    out.putUint32(version);
    for (RequestType each : extensions) {
      out.putString(String.valueOf(each.extension()));
      out.putString(each.version());
    }
  }

  void status(long id, Status status, String text) throws IOException, InterruptedException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    begin(STATUS, id, 4 + 4 + bytes.length + 4);
    out.putUint32(status.code());
    out.putString(bytes);
    out.putUint32(0);
  }

  void handle(long id, String handle) throws IOException, InterruptedException {
    begin(HANDLE, id, 4 + handle.length());
    out.putString(ByteText.bytes(handle));
  }

  void data(long id, ByteBuffer bytes) throws IOException, InterruptedException {
    begin(DATA, id, 4 + bytes.remaining());
    out.putUint32(bytes.remaining());
    out.putBytes(bytes);
  }

  void attributes(long id, FileAttributes attributes) throws IOException, InterruptedException {
    begin(ATTRS, id, ATTRIBUTES_BYTES);
    put(attributes);
  }

  private void put(FileAttributes attributes) throws IOException, InterruptedException {
    out.putUint32(
        RequestedAttributes.SIZE
            | RequestedAttributes.UIDGID
            | RequestedAttributes.PERMISSIONS
            | RequestedAttributes.ACMODTIME);
    out.putUint64(attributes.sizeBytes());
    out.putUint32(OWNER_ID);
    out.putUint32(GROUP_ID);
    out.putUint32(typeBits(attributes) | attributes.mode());
    out.putUint32(attributes.accessedSeconds());
    out.putUint32(attributes.modifiedSeconds());
  }

  /** The file type bits of st_mode, which clients expect in "permissions". */
  private static int typeBits(FileAttributes attributes) {
    return switch (attributes.type()) {
      case FILE -> 0100000;
      case DIRECTORY -> 0040000;
      case LINK -> 0120000;
      case SPECIAL -> 0;
    };
  }

  /** A path and nothing else known about it. */
  void path(long id, String byteText) throws IOException, InterruptedException {
    byte[] bytes = ByteText.bytes(byteText);
    begin(NAME, id, 4 + 2 * (4 + bytes.length) + 4);
    out.putUint32(1);
    out.putString(bytes);
    out.putString(bytes);
    out.putUint32(0);
  }

  /** An entry of a directory, as it goes into a NAME message; both names are byte text. */
  record Named(String name, String longName, FileAttributes attributes) {
    int bytes() {
      return 4 + name.length() + 4 + longName.length() + ATTRIBUTES_BYTES;
    }
  }

  void names(long id, List<Named> entries) throws IOException, InterruptedException {
    int length = 4;
    for (Named each : entries) {
      length += each.bytes();
    }
    begin(NAME, id, length);
    out.putUint32(entries.size());
    for (Named each : entries) {
      out.putString(ByteText.bytes(each.name()));
      out.putString(ByteText.bytes(each.longName()));
      put(each.attributes());
    }
  }

  /** statvfs@openssh.com: the room is the quota's, not the disk's. */
  void space(long id, FileStore.Space space, boolean readOnly)
      throws IOException, InterruptedException {
    begin(EXTENDED_REPLY, id, 11 * 8);
    out.putUint64(BLOCK_BYTES);
    out.putUint64(BLOCK_BYTES);
    out.putUint64(space.totalBytes() / BLOCK_BYTES);
    out.putUint64(space.freeBytes() / BLOCK_BYTES);
    out.putUint64(space.freeBytes() / BLOCK_BYTES);
    out.putUint64(space.totalFiles());
    out.putUint64(space.freeFiles());
    out.putUint64(space.freeFiles());
    out.putUint64(0);
    // SSH2_FXE_STATVFS_ST_RDONLY and SSH2_FXE_STATVFS_ST_NOSUID
    out.putUint64((readOnly ? 1 : 0) | 2);
    out.putUint64(FileName.MAX_BYTES);
  }

  /** limits@openssh.com. */
  void limits(long id, long packetBytes, long readBytes, long writeBytes, long handles)
      throws IOException, InterruptedException {
    begin(EXTENDED_REPLY, id, 4 * 8);
    out.putUint64(packetBytes);
    out.putUint64(readBytes);
    out.putUint64(writeBytes);
    out.putUint64(handles);
  }

  /** users-groups-by-id@openssh.com: two strings, each a row of strings. */
  void usersAndGroups(long id, List<String> users, List<String> groups)
      throws IOException, InterruptedException {
    begin(EXTENDED_REPLY, id, 8 + rowBytes(users) + rowBytes(groups));
    row(users);
    row(groups);
  }

  private static int rowBytes(List<String> names) {
    return names.stream().mapToInt(name -> 4 + name.length()).sum();
  }

  private void row(List<String> names) throws IOException, InterruptedException {
    out.putUint32(rowBytes(names));
    for (String name : names) {
      out.putString(name);
    }
  }
}
