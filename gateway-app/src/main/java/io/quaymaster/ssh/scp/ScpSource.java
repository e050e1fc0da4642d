package io.quaymaster.ssh.scp;

import io.quaymaster.access.Protocol;
import io.quaymaster.accountfiles.AccountFile;
import io.quaymaster.accountfiles.AccountFiles;
import io.quaymaster.accountfiles.DirectoryView;
import io.quaymaster.accountfiles.OpenRequest;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.VirtualPath;
import io.quaymaster.ssh.channel.DirectBuffers;
import io.quaymaster.transfer.Transfer.Outcome;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Sends files to the client: {@code scp -f}, as source() and rsource() in OpenSSH's scp.c. Links
 * are followed, inside the account's view. One that cannot be sent is told and passed over. One
 * thread.
 */
final class ScpSource {
  /**
   * A directory that is being sent.
   *
   * @param path byte text
   */
  private record Sending(String path, DirectoryView view) {}

  private final ScpCommand.Scp command;
  private final AccountFiles files;
  private final ScpPeer peer;
  private final DirectBuffers buffers;
  private final RealPath start;
  private final Deque<Sending> directories = new ArrayDeque<>();

  ScpSource(ScpCommand.Scp command, AccountFiles files, ScpPeer peer, DirectBuffers buffers) {
    this.command = command;
    this.files = files;
    this.peer = peer;
    this.buffers = buffers;
    this.start = files.grant().sftp().startDirectory();
  }

  void send() throws IOException, InterruptedException, ProtocolError {
    peer.isContent();
    try {
      for (ScpPath path : command.paths()) {
        for (String expanded : expand(path)) {
          send(withoutSlashes(expanded));
          sendDirectories();
        }
      }
    } finally {
      directories.forEach(sending -> sending.view().close());
    }
  }

  private Iterable<String> expand(ScpPath path) throws IOException, InterruptedException {
    try {
      return new PathExpander(files).expand(path);
    } catch (FileFailure failure) {
      peer.complain("expand", path.text(), failure);
      return List.of();
    }
  }

  private static String withoutSlashes(String path) {
    int end = path.length();
    while (end > 1 && path.charAt(end - 1) == '/') {
      end--;
    }
    return path.substring(0, end);
  }

  /** Sends what has this path, or begins to: a directory's content is still to come. */
  private void send(String path) throws IOException, InterruptedException, ProtocolError {
    try {
      FileAttributes found = files.stat(VirtualPath.parse(path, start));
      if (found.isFile()) {
        sendFile(path);
      } else if (found.isDirectory() && command.recursive()) {
        beginDirectory(path, found);
      } else {
        peer.complain(path, "not a regular file");
      }
    } catch (FileFailure failure) {
      peer.complain("read", path, failure);
    }
  }

  /**
   * What a client may call the file, which is no path; null if it must be told that there is none.
   */
  private @Nullable String name(String path) throws IOException, InterruptedException {
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (name.isEmpty() || name.equals(".") || name.equals("..")) {
      peer.complain(
          path, "has no name to be sent under; name it otherwise, or send what is in it: *");
      return null;
    }
    return ScpName.encoded(name);
  }

  private void sendFile(String path)
      throws FileFailure, IOException, InterruptedException, ProtocolError {
    String name = name(path);
    if (name == null) {
      return;
    }
    AccountFile file =
        files.open(VirtualPath.parse(path, start), OpenRequest.READ).over(Protocol.SCP);
    try {
      FileAttributes attributes = file.attributes();
      if (!isWanted('C', attributes, attributes.sizeBytes(), name)) {
        return;
      }
      FileFailure failed = sendBytes(file, attributes.sizeBytes());
      if (failed == null) {
        peer.acknowledge();
      } else {
        peer.complain("read", path, failed);
      }
      boolean received = peer.isContent();
      file.end(failed == null && received ? Outcome.COMPLETED : Outcome.FAILED);
    } finally {
      file.end(Outcome.ABORTED);
    }
  }

  /** Announces a file or directory; tells whether the client takes it. */
  private boolean isWanted(char type, FileAttributes attributes, long size, String name)
      throws IOException, InterruptedException, ProtocolError {
    if (command.preserve()) {
      long modified = Math.max(0, attributes.modifiedSeconds());
      long accessed = Math.max(0, attributes.accessedSeconds());
      peer.send("T" + modified + " 0 " + accessed + " 0");
      if (!peer.isContent()) {
        return false;
      }
    }
    peer.send("%c%04o %d %s".formatted(type, attributes.mode(), size, name));
    return peer.isContent();
  }

  /**
   * Sends exactly the bytes that were announced; if the file has them no longer, zeros, so that the
   * client keeps its place.
   *
   * @return why they are not the file's; null if they are
   */
  private @Nullable FileFailure sendBytes(AccountFile file, long size)
      throws IOException, InterruptedException {
    FileFailure failed = null;
    ByteBuffer piece = buffers.take();
    try {
      for (long sent = 0; sent < size; ) {
        int length = (int) Math.min(piece.capacity(), size - sent);
        piece.clear().limit(length);
        if (failed == null) {
          failed = fill(file, sent, piece);
        }
        if (failed != null) {
          while (piece.hasRemaining()) {
            piece.put((byte) 0);
          }
        }
        peer.sendData(piece.flip());
        sent += length;
      }
    } finally {
      buffers.giveBack(piece);
    }
    return failed;
  }

  private static @Nullable FileFailure fill(AccountFile file, long offset, ByteBuffer piece) {
    try {
      int wanted = piece.remaining();
      int read = file.read(offset, piece);
      return read == wanted
          ? null
          : new FileFailure(Kind.STORE_ERROR, "the file became shorter while it was sent");
    } catch (FileFailure failure) {
      return failure;
    }
  }

  private void beginDirectory(String path, FileAttributes attributes)
      throws FileFailure, IOException, InterruptedException, ProtocolError {
    String name = name(path);
    if (name == null) {
      return;
    }
    if (directories.size() == ScpLimits.DEPTH) {
      peer.complain(path, "more than " + ScpLimits.DEPTH + " directories inside each other");
      return;
    }
    DirectoryView view = files.openDirectory(VirtualPath.parse(path, start));
    directories.push(new Sending(path, view));
    if (!isWanted('D', attributes, 0, name)) {
      directories.pop();
      view.close();
    }
  }

  /** Sends what lies in the directories begun, and ends them. */
  private void sendDirectories() throws IOException, InterruptedException, ProtocolError {
    while (!directories.isEmpty()) {
      Sending current = directories.getFirst();
      String child = nextChild(current);
      if (child != null) {
        send(child);
      } else {
        directories.pop();
        current.view().close();
        peer.send("E");
        peer.isContent();
      }
    }
  }

  private @Nullable String nextChild(Sending current) throws IOException, InterruptedException {
    try {
      for (var entry = current.view().next(); entry != null; entry = current.view().next()) {
        if (!entry.name().equals(".") && !entry.name().equals("..")) {
          return current.path().equals("/")
              ? "/" + entry.name()
              : current.path() + "/" + entry.name();
        }
      }
    } catch (FileFailure failure) {
      peer.complain("list", current.path(), failure);
    }
    return null;
  }
}
