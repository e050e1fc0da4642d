package io.quaymaster.ssh.sftp;

import io.quaymaster.files.AttributeChange;
import org.jspecify.annotations.Nullable;

/**
 * The ATTRS structure as a client sends it (draft-ietf-secsh-filexfer-02, section 5): each part may
 * be missing.
 *
 * @param size negative for 2^63 and more
 */
record RequestedAttributes(
    @Nullable Long size,
    @Nullable Owner owner,
    @Nullable Integer permissions,
    AttributeChange.@Nullable Times times) {
  /** Numbers as the client gave them, 32 bits unsigned. */
  record Owner(long uid, long gid) {}

  static final int SIZE = 1;
  static final int UIDGID = 2;
  static final int PERMISSIONS = 4;
  static final int ACMODTIME = 8;
  private static final long EXTENDED = 0x80000000L;

  /** As many as sftp-server takes. */
  private static final long MAX_EXTENDED = 0x100000;

  static RequestedAttributes read(RequestReader from) throws MalformedMessage {
    long flags = from.uint32();
    Long size = (flags & SIZE) != 0 ? from.uint64() : null;
    Owner owner = (flags & UIDGID) != 0 ? new Owner(from.uint32(), from.uint32()) : null;
    Integer permissions = (flags & PERMISSIONS) != 0 ? (int) (from.uint32() & 07777) : null;
    AttributeChange.Times times =
        (flags & ACMODTIME) != 0 ? new AttributeChange.Times(from.uint32(), from.uint32()) : null;
    if ((flags & EXTENDED) != 0) {
      long count = from.uint32();
      if (count > MAX_EXTENDED) {
        throw new MalformedMessage(count + " extended attributes");
      }
      for (long i = 0; i < count; i++) {
        from.string();
        from.string();
      }
    }
    return new RequestedAttributes(size, owner, permissions, times);
  }
}
