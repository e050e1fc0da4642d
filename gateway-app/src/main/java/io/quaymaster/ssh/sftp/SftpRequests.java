package io.quaymaster.ssh.sftp;

import io.quaymaster.accountfiles.AccountFile;
import io.quaymaster.accountfiles.AccountFiles;
import io.quaymaster.accountfiles.DirectoryView;
import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.VirtualPath;
import io.quaymaster.ssh.channel.DirectBuffers;
import io.quaymaster.ssh.sftp.Handles.Open;
import io.quaymaster.ssh.sftp.ReplyWriter.Named;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What each request does: read it, do it, answer it; a failure is thrown and answered by {@link
 * SftpServer}. Which status a wrong handle gets, and in which order attributes are set, is as in
 * OpenSSH's sftp-server.c. One thread.
 */
final class SftpRequests {
  /** As many as fit in this many bytes go into one NAME message. */
  private static final int NAMES_BYTES = 32 << 10;

  private final AccountFiles files;
  private final Handles handles;
  private final ReplyWriter reply;
  private final SftpLimits limits;
  private final RealPath start;
  private final DirectBuffers buffers;
  private final Owners owners;
  private final LongName longName;
  private String subject = "";

  SftpRequests(
      AccountFiles files,
      Handles handles,
      ReplyWriter reply,
      SftpLimits limits,
      DirectBuffers buffers,
      Clock clock) {
    this.buffers = buffers;
    this.files = files;
    this.handles = handles;
    this.reply = reply;
    this.limits = limits;
    this.start = files.grant().sftp().startDirectory();
    this.owners = new Owners(files.grant());
    this.longName = new LongName(files.grant().username(), files.grant().tenant(), clock);
  }

  /** What the last request was about, for the audit. */
  String subject() {
    return subject;
  }

  void answer(RequestType type, long id, RequestReader request)
      throws FileFailure, MalformedMessage, IOException, InterruptedException {
    subject = "";
    switch (type) {
      case OPEN -> open(id, request);
      case CLOSE -> close(id, request.string());
      case READ -> read(id, request);
      case WRITE -> throw new IllegalStateException("WRITE is served where it arrives");
      case LSTAT -> reply.attributes(id, files.lstat(path(request)));
      case FSTAT -> fstat(id, request.string());
      case SETSTAT -> setAttributes(id, request, true);
      case FSETSTAT -> setHandleAttributes(id, request);
      case OPENDIR -> openDirectory(id, request);
      case READDIR -> readDirectory(id, request.string());
      case REMOVE -> done(id, () -> files.remove(path(request)));
      case MKDIR -> makeDirectory(id, request);
      case RMDIR -> done(id, () -> files.removeDirectory(path(request)));
      case REALPATH -> reply.path(id, files.realPath(path(request.string())).byteText());
      case STAT -> reply.attributes(id, files.stat(path(request)));
      case RENAME -> done(id, () -> files.rename(path(request), path(request), false));
      case READLINK -> reply.path(id, files.readLink(path(request)));
      case SYMLINK -> symbolicLink(id, request);
      case POSIX_RENAME -> done(id, () -> files.rename(path(request), path(request), true));
      case STATVFS ->
          reply.space(id, files.space(path(request)), files.grant().policy().readOnly());
      case FSTATVFS -> space(id, request.string());
      case HARDLINK -> done(id, () -> files.hardLink(path(request), path(request)));
      case FSYNC -> sync(id, request.string());
      case LSETSTAT -> setAttributes(id, request, false);
      case LIMITS ->
          reply.limits(
              id, limits.packetBytes(), limits.readBytes(), limits.writeBytes(), limits.handles());
      case EXPAND_PATH -> expandPath(id, request);
      case COPY_DATA -> copyData(id, request);
      case HOME_DIRECTORY -> homeDirectory(id, request.string());
      case USERS_GROUPS_BY_ID -> usersAndGroups(id, request);
    }
  }

  /** An empty path is nobody's, as to the kernel; REALPATH alone takes it for the start. */
  private VirtualPath path(RequestReader request) throws MalformedMessage, FileFailure {
    String text = request.string();
    if (text.isEmpty()) {
      throw new FileFailure(Kind.NOT_FOUND, "an empty path");
    }
    return path(text);
  }

  private VirtualPath path(String text) throws FileFailure {
    subject = subject.isEmpty() ? ByteText.shown(text) : subject + " -> " + ByteText.shown(text);
    return VirtualPath.parse(text, start);
  }

  /** Something that is answered with OK if it does not fail. */
  @FunctionalInterface
  private interface Act {
    void run() throws FileFailure, MalformedMessage;
  }

  private void done(long id, Act act)
      throws FileFailure, MalformedMessage, IOException, InterruptedException {
    act.run();
    ok(id);
  }

  private void ok(long id) throws IOException, InterruptedException {
    reply.status(id, Status.OK, Status.OK.text());
  }

  private void wrongHandle(long id, Status status) throws IOException, InterruptedException {
    reply.status(id, status, "INVALID_HANDLE: no such handle is open for this");
  }

  private void open(long id, RequestReader request)
      throws FileFailure, MalformedMessage, IOException, InterruptedException {
    VirtualPath path = path(request);
    long flags = request.uint32();
    Integer mode = RequestedAttributes.read(request).permissions();
    handles.requireFree();
    AccountFile file = files.open(path, OpenFlags.request(flags, mode));
    reply.handle(id, handles.add(new Open.OpenedFile(file)));
  }

  private void close(long id, String handle) throws FileFailure, IOException, InterruptedException {
    switch (handles.remove(handle)) {
      case Open.OpenedFile(AccountFile file) -> {
        subject = file.shownPath();
        file.close();
        ok(id);
      }
      case Open.OpenedDirectory(DirectoryView directory) -> {
        directory.close();
        ok(id);
      }
      case null -> wrongHandle(id, Status.NO_SUCH_FILE);
    }
  }

  private @Nullable AccountFile file(String handle) {
    AccountFile file = handles.file(handle);
    subject = file == null ? "" : file.shownPath();
    return file;
  }

  private void read(long id, RequestReader request)
      throws FileFailure, MalformedMessage, IOException, InterruptedException {
    AccountFile file = file(request.string());
    long offset = request.uint64();
    int length =
        (int) Math.min(request.uint32(), Math.min(limits.readBytes(), buffers.bufferBytes()));
    if (file == null) {
      wrongHandle(id, Status.FAILURE);
      return;
    }
    ByteBuffer into = buffers.take();
    try {
      int read = file.read(offset, into.limit(length));
      if (read == 0 && length > 0) {
        reply.status(id, Status.EOF, Status.EOF.text());
      } else {
        reply.data(id, into.flip());
      }
    } finally {
      buffers.giveBack(into);
    }
  }

  private void fstat(long id, String handle) throws FileFailure, IOException, InterruptedException {
    AccountFile file = file(handle);
    if (file == null) {
      wrongHandle(id, Status.FAILURE);
    } else {
      reply.attributes(id, file.attributes());
    }
  }

  private void space(long id, String handle) throws FileFailure, IOException, InterruptedException {
    AccountFile file = file(handle);
    if (file == null) {
      wrongHandle(id, Status.FAILURE);
    } else {
      reply.space(id, file.space(), files.grant().policy().readOnly());
    }
  }

  private void sync(long id, String handle) throws FileFailure, IOException, InterruptedException {
    AccountFile file = file(handle);
    if (file == null) {
      wrongHandle(id, Status.NO_SUCH_FILE);
    } else {
      file.sync();
      ok(id);
    }
  }

  /**
   * Size, mode, times and owner are set in this order, each even if one before it failed; the last
   * failure is told.
   */
  private void setAttributes(long id, RequestReader request, boolean followLast)
      throws FileFailure, MalformedMessage, IOException, InterruptedException {
    VirtualPath path = path(request);
    RequestedAttributes wanted = RequestedAttributes.read(request);
    if (wanted.size() != null && !followLast) {
      throw new FileFailure(Kind.INVALID_ARGUMENT, "a link has no size to set");
    }
    AttributeSetting setting = new AttributeSetting();
    if (wanted.size() != null) {
      long size = wanted.size();
      setting.attempt(() -> files.setSize(path, size));
    }
    if (wanted.permissions() != null) {
      int mode = wanted.permissions();
      setting.attempt(
          () -> files.setAttributes(path, new AttributeChange(mode & 0777, null), followLast));
    }
    if (wanted.times() != null) {
      setting.attempt(
          () -> files.setAttributes(path, new AttributeChange(null, wanted.times()), followLast));
    }
    RequestedAttributes.Owner owner = wanted.owner();
    if (owner != null) {
      setting.attempt(
          () -> {
            files.setAttributes(path, AttributeChange.NONE, followLast);
            AttributeSetting.requireSameOwner(owner);
          });
    }
    setting.throwLast();
    ok(id);
  }

  private void setHandleAttributes(long id, RequestReader request)
      throws FileFailure, MalformedMessage, IOException, InterruptedException {
    AccountFile file = file(request.string());
    RequestedAttributes wanted = RequestedAttributes.read(request);
    if (file == null) {
      wrongHandle(id, Status.FAILURE);
      return;
    }
    AttributeSetting setting = new AttributeSetting();
    if (wanted.size() != null) {
      long size = wanted.size();
      setting.attempt(() -> file.setSize(size));
    }
    if (wanted.permissions() != null) {
      int mode = wanted.permissions();
      setting.attempt(() -> file.setAttributes(new AttributeChange(mode & 0777, null)));
    }
    if (wanted.times() != null) {
      setting.attempt(() -> file.setAttributes(new AttributeChange(null, wanted.times())));
    }
    RequestedAttributes.Owner owner = wanted.owner();
    if (owner != null) {
      setting.attempt(() -> AttributeSetting.requireSameOwner(owner));
    }
    setting.throwLast();
    ok(id);
  }

  private void openDirectory(long id, RequestReader request)
      throws FileFailure, MalformedMessage, IOException, InterruptedException {
    VirtualPath path = path(request);
    handles.requireFree();
    reply.handle(id, handles.add(new Open.OpenedDirectory(files.openDirectory(path))));
  }

  private void readDirectory(long id, String handle)
      throws FileFailure, IOException, InterruptedException {
    DirectoryView directory = handles.directory(handle);
    if (directory == null) {
      wrongHandle(id, Status.FAILURE);
      return;
    }
    List<Named> names = new ArrayList<>();
    int bytes = 0;
    while (bytes < NAMES_BYTES) {
      DirectoryView.Entry entry = directory.next();
      if (entry == null) {
        break;
      }
      Named named =
          new Named(
              entry.name(), longName.of(entry.name(), entry.attributes()), entry.attributes());
      names.add(named);
      bytes += named.bytes();
    }
    if (names.isEmpty()) {
      reply.status(id, Status.EOF, Status.EOF.text());
    } else {
      reply.names(id, names);
    }
  }

  private void makeDirectory(long id, RequestReader request)
      throws FileFailure, MalformedMessage, IOException, InterruptedException {
    VirtualPath path = path(request);
    Integer mode = RequestedAttributes.read(request).permissions();
    files.makeDirectory(path, mode == null ? 0777 : mode);
    ok(id);
  }

  /**
   * OpenSSH's order of arguments, the reverse of the draft's: first what the link says, then where
   * it stands.
   */
  private void symbolicLink(long id, RequestReader request)
      throws FileFailure, MalformedMessage, IOException, InterruptedException {
    String target = request.string();
    if (target.isEmpty()) {
      throw new FileFailure(Kind.NOT_FOUND, "a link to nothing");
    }
    subject = ByteText.shown(target);
    files.symbolicLink(path(request), target);
    ok(id);
  }

  private void expandPath(long id, RequestReader request)
      throws FileFailure, MalformedMessage, IOException, InterruptedException {
    String text = request.string();
    subject = ByteText.shown(text);
    String expanded = text;
    if (text.equals("~") || text.startsWith("~/")) {
      expanded = text.substring(Math.min(2, text.length()));
    } else if (text.startsWith("~")) {
      int slash = text.indexOf('/');
      String user = text.substring(1, slash < 0 ? text.length() : slash);
      if (!owners.isMe(user)) {
        throw new FileFailure(Kind.NOT_FOUND, "no such user");
      }
      expanded = slash < 0 ? "/" : text.substring(slash);
    }
    reply.path(id, files.realPath(VirtualPath.parse(expanded, start)).byteText());
  }

  private void homeDirectory(long id, String user)
      throws IOException, InterruptedException, FileFailure {
    if (!user.isEmpty() && !owners.isMe(user)) {
      reply.status(id, Status.FAILURE, "NOT_FOUND: no such user");
      return;
    }
    reply.path(id, start.byteText());
  }

  private void copyData(long id, RequestReader request)
      throws FileFailure, MalformedMessage, IOException, InterruptedException {
    String sourceHandle = request.string();
    long offset = request.uint64();
    long length = request.uint64();
    String targetHandle = request.string();
    long targetOffset = request.uint64();
    AccountFile source = file(sourceHandle);
    AccountFile target = file(targetHandle);
    if (source == null || target == null) {
      wrongHandle(id, Status.NO_SUCH_FILE);
      return;
    }
    if (source.isSameAs(target)) {
      throw new FileFailure(Kind.BUSY, "a file cannot be copied onto itself");
    }
    boolean whole = source.copyTo(target, offset, targetOffset, length);
    if (whole || length == 0) {
      ok(id);
    } else {
      reply.status(id, Status.EOF, Status.EOF.text());
    }
  }

  private void usersAndGroups(long id, RequestReader request)
      throws MalformedMessage, IOException, InterruptedException {
    List<String> users = owners.users(request.nested());
    List<String> groups = owners.groups(request.nested());
    reply.usersAndGroups(id, users, groups);
  }
}
