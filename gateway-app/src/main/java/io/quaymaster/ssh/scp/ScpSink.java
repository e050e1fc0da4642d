package io.quaymaster.ssh.scp;

import io.quaymaster.access.Protocol;
import io.quaymaster.accountfiles.AccountFile;
import io.quaymaster.accountfiles.AccountFiles;
import io.quaymaster.accountfiles.OpenRequest;
import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.AttributeChange.Times;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.VirtualPath;
import io.quaymaster.ssh.channel.ChannelInput;
import io.quaymaster.transfer.Transfer.Outcome;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes files from the client: {@code scp -t}, as sink() in OpenSSH's scp.c. An existing file is
 * written over and cut at the end, so that an upload that breaks off leaves what it leaves there.
 * One thread.
 */
final class ScpSink {
  /**
   * Where what comes is put.
   *
   * @param path byte text: the directory, or what the client wants the one thing to be called
   * @param mode set when the directory ends; null: left alone
   * @param times likewise
   */
  private record Target(
      String path, boolean isDirectory, @Nullable Integer mode, @Nullable Times times) {}

  private final ScpCommand.Scp command;
  private final AccountFiles files;
  private final ScpPeer peer;
  private final ChannelInput in;
  private final RealPath start;
  private final Deque<Target> targets = new ArrayDeque<>();

  /** Of the next file or directory. */
  private @Nullable Times times;

  ScpSink(ScpCommand.Scp command, AccountFiles files, ScpPeer peer, ChannelInput in) {
    this.command = command;
    this.files = files;
    this.peer = peer;
    this.in = in;
    this.start = files.grant().sftp().startDirectory();
  }

  void receive() throws IOException, InterruptedException, ProtocolError {
    if (!begin()) {
      return;
    }
    peer.acknowledge();
    for (String line = peer.nextRecord(); line != null; line = peer.nextRecord()) {
      take(ScpRecord.parse(line));
    }
    while (targets.size() > 1) {
      // The client went without ending its directories: they get what was announced for them.
      if (finish(targets.pop()) != null) {
        peer.setFailed();
      }
    }
  }

  /** Finds out what the target is; tells whether there is any use in going on. */
  private boolean begin() throws IOException, InterruptedException {
    ScpPath named = command.paths().getFirst();
    String path = named.text();
    try {
      List<String> expanded = new PathExpander(files).expand(named);
      if (expanded.size() > 1) {
        peer.complain("ambiguous target");
        return false;
      }
      path = expanded.getFirst();
      boolean isDirectory = isDirectory(path);
      if (command.targetMustBeDirectory() && !isDirectory) {
        throw new FileFailure(Kind.NOT_A_DIRECTORY, "not a directory");
      }
      targets.push(new Target(path, isDirectory, null, null));
      return true;
    } catch (FileFailure failure) {
      peer.complain("stat", path, failure);
      return false;
    }
  }

  private VirtualPath parse(String path) throws FileFailure {
    return VirtualPath.parse(path, start);
  }

  /** Whether a directory is there; if it must be, the reason why it cannot be known is told. */
  private boolean isDirectory(String path) throws FileFailure {
    try {
      return files.stat(parse(path)).isDirectory();
    } catch (FileFailure unknown) {
      if (command.targetMustBeDirectory()) {
        throw unknown;
      }
      return false;
    }
  }

  private void take(ScpRecord record) throws IOException, InterruptedException, ProtocolError {
    switch (record) {
      case ScpRecord.TimesRecord(Times announced) -> {
        times = announced;
        peer.acknowledge();
      }
      case ScpRecord.FileRecord file -> {
        takeFile(pathOf(file.name()), file, times);
        times = null;
      }
      case ScpRecord.DirectoryRecord directory -> {
        takeDirectory(pathOf(directory.name()), directory.mode(), times);
        times = null;
      }
      case ScpRecord.EndRecord _ -> endDirectory();
      case ScpRecord.Complaint(boolean fatal) -> {
        peer.setFailed();
        if (fatal) {
          throw ProtocolError.clientGaveUp();
        }
      }
    }
  }

  private String pathOf(String name) {
    Target target = targets.getFirst();
    if (!target.isDirectory()) {
      return target.path();
    }
    boolean needsSlash = !target.path().isEmpty() && !target.path().endsWith("/");
    return target.path() + (needsSlash ? "/" : "") + name;
  }

  private void takeDirectory(String path, int mode, @Nullable Times announced)
      throws IOException, InterruptedException, ProtocolError {
    if (!command.recursive()) {
      throw new ProtocolError("protocol error: received directory without -r");
    }
    try {
      if (!isThere(path)) {
        // What the client may not do in its copy is set at the end: until then it must be filled.
        files.makeDirectory(parse(path), (mode & 0777) | 0700);
      }
    } catch (FileFailure failure) {
      peer.complain("mkdir", path, failure);
      return;
    }
    targets.push(
        new Target(path, true, command.preserve() ? (Integer) (mode & 0777) : null, announced));
    peer.acknowledge();
  }

  private boolean isThere(String path) throws FileFailure {
    try {
      if (files.stat(parse(path)).isDirectory()) {
        return true;
      }
    } catch (FileFailure unseen) {
      if (unseen.kind() == Kind.NOT_FOUND || unseen.kind() == Kind.NOT_PERMITTED) {
        return false;
      }
      throw unseen;
    }
    throw new FileFailure(Kind.NOT_A_DIRECTORY, "not a directory");
  }

  private void endDirectory() throws IOException, InterruptedException, ProtocolError {
    if (targets.size() == 1) {
      throw new ProtocolError("protocol error: an E without a D");
    }
    Target ended = targets.pop();
    FileFailure failed = finish(ended);
    if (failed == null) {
      peer.acknowledge();
    } else {
      peer.complain("setattr", ended.path(), failed);
    }
  }

  private @Nullable FileFailure finish(Target directory) {
    AttributeChange change = new AttributeChange(directory.mode(), directory.times());
    if (change.isNone()) {
      return null;
    }
    try {
      files.setAttributes(parse(directory.path()), change, true);
      return null;
    } catch (FileFailure failure) {
      return failure;
    }
  }

  private void takeFile(String path, ScpRecord.FileRecord record, @Nullable Times announced)
      throws IOException, InterruptedException, ProtocolError {
    AccountFile file;
    try {
      refuseTooLarge(record.sizeBytes());
      // Where nothing will be written, only the opening tells the ledger and the transfer log.
      boolean empties = record.sizeBytes() == 0;
      OpenRequest request =
          new OpenRequest(false, true, false, true, false, empties, record.mode() & 0777);
      file = files.open(parse(path), request).over(Protocol.SCP);
    } catch (FileFailure failure) {
      peer.complain("write", path, failure);
      return;
    }
    AttributeChange change =
        new AttributeChange(
            command.preserve() ? (Integer) (record.mode() & 0777) : null, announced);
    try {
      new ScpArrival(file, path, record.sizeBytes(), change, peer, in).take();
    } finally {
      file.end(Outcome.ABORTED);
    }
  }

  /** Before the client sends what would be refused anyway. */
  private void refuseTooLarge(long sizeBytes) throws FileFailure {
    Long most = files.grant().limits().maxFileBytes();
    if (most != null && sizeBytes > most) {
      throw new FileFailure(
          Kind.FILE_TOO_LARGE, "a file may have %d bytes here, not %d".formatted(most, sizeBytes));
    }
  }
}
