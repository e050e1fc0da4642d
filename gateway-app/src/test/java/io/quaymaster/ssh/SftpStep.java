package io.quaymaster.ssh;

import io.quaymaster.files.ByteText;
import io.quaymaster.ssh.SftpMessage.Attributes;
import java.util.List;
import java.util.function.Function;

/**
 * A request for both sides.
 *
 * @param type as in SFTP; READDIR stands for the whole listing of the path
 * @param paths that it names and that are looked up
 * @param handle number of the handle that it names first; -1 for none, or for one that never was
 * @param wrongHandle one of its handles is not that of an open file
 */
record SftpStep(
    String shown,
    int type,
    List<String> paths,
    int handle,
    boolean wrongHandle,
    Attributes attributes,
    Function<SftpSide, SftpMessage> build) {
  SftpMessage message(SftpSide side) {
    return build.apply(side);
  }

  boolean isAboutRealPath() {
    return type == SftpMessage.REALPATH || shown.startsWith("expand-path");
  }

  /** Whether it removes or renames what it names. */
  boolean takesNames() {
    return type == SftpMessage.RMDIR
        || type == SftpMessage.RENAME
        || shown.startsWith("posix-rename");
  }

  boolean setsAttributes() {
    return type == SftpMessage.SETSTAT || shown.startsWith("lsetstat");
  }

  boolean creates() {
    return type == SftpMessage.OPEN && shown.contains(" creating ");
  }

  boolean isCopy() {
    return shown.startsWith("copy-data");
  }

  /** Before OpenSSH 9.3 sftp-server copies a file onto itself, if it has two names for it. */
  boolean copiesOntoItself(Outcome ours) {
    return isCopy() && ours.equals(new Outcome.Status(SftpReply.FAILURE));
  }

  boolean isAboutHome() {
    return shown.startsWith("home-directory");
  }

  @Override
  public String toString() {
    return ByteText.shown(shown);
  }
}
