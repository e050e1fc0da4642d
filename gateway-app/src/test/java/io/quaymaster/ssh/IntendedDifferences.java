package io.quaymaster.ssh;

import io.quaymaster.ssh.Outcome.Attributes;
import io.quaymaster.ssh.Outcome.Entry;
import io.quaymaster.ssh.Outcome.Listing;
import io.quaymaster.ssh.Outcome.Opened;
import io.quaymaster.ssh.Outcome.Path;
import io.quaymaster.ssh.Outcome.Stat;
import io.quaymaster.ssh.Outcome.Status;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The one list of what our server does otherwise than OpenSSH's sftp-server, and why. Whatever is
 * not here is the same.
 */
final class IntendedDifferences {
  /**
   * What ours must answer where OpenSSH's gave this answer; ours is shown for what may be either.
   */
  @FunctionalInterface
  interface Rule {
    Outcome expected(SftpStep step, Outcome theirs, Outcome ours);
  }

  record Difference(String name, String reason, Rule rule) {}

  private static final int OUR_ID = 1000;

  private static final Status OK = new Status(SftpReply.OK);
  private static final Status FAILURE = new Status(SftpReply.FAILURE);
  private static final Pattern OVERLONG = Pattern.compile("[^/]{256}", Pattern.DOTALL);

  static final List<Difference> ALL =
      List.of(
          new Difference(
              "set-uid, set-gid and sticky bits are dropped; the owner keeps rw (rwx of"
                  + " directories)",
              "nothing is executed here, and a partner who locks himself out would need an admin",
              (_, theirs, _) -> eachStat(theirs, IntendedDifferences::ourMode)),
          new Difference(
              "chown to anybody but the account itself is refused",
              "files belong to the gateway's one user; owner and group are virtual",
              (step, theirs, _) ->
                  givesAway(step)
                          && !step.wrongHandle()
                          && (theirs.equals(OK)
                              || theirs.equals(FAILURE)
                              || (step.type() == SftpMessage.FSETSTAT
                                  && theirs.equals(new Status(SftpReply.BAD_MESSAGE))))
                      ? new Status(SftpReply.PERMISSION_DENIED)
                      : theirs),
          new Difference(
              "a directory cannot be opened as a file",
              "sftp-server gives a handle on which every READ fails; saying no at once is clearer",
              (step, theirs, _) ->
                  step.type() == SftpMessage.OPEN
                          && theirs instanceof Opened(Stat stat)
                          && stat != null
                          && stat.type() == 'd'
                      ? FAILURE
                      : theirs),
          new Difference(
              "a name of more than 255 bytes is told as such, also below what is not there",
              "a path is checked whole before anything is looked up",
              (step, theirs, _) ->
                  theirs instanceof Status && isOverlongFirst(step)
                      ? new Status(SftpReply.BAD_MESSAGE)
                      : theirs),
          new Difference(
              "to create a file through a link whose target ends in a slash is NO_SUCH_FILE",
              "sftp-server says FAILURE (EISDIR), also where there is no directory",
              (step, theirs, ours) ->
                  step.type() == SftpMessage.OPEN
                          && theirs.equals(FAILURE)
                          && ours.equals(new Status(SftpReply.NO_SUCH_FILE))
                          && step.creates()
                      ? ours
                      : theirs),
          new Difference(
              "RENAME onto a file whose name is written with a slash is FAILURE: it exists",
              "sftp-server asks whether a directory of that name exists, and is told no",
              (step, theirs, ours) ->
                  step.type() == SftpMessage.RENAME
                          && step.paths().getLast().endsWith("/")
                          && theirs.equals(new Status(SftpReply.NO_SUCH_FILE))
                          && ours.equals(FAILURE)
                      ? ours
                      : theirs),
          new Difference(
              "an empty path is no file, also where there is nothing to do with it",
              "sftp-server never looks at the path if no attribute is to be set",
              (step, theirs, _) ->
                  step.setsAttributes() && step.paths().contains("")
                      ? new Status(SftpReply.NO_SUCH_FILE)
                      : theirs),
          new Difference(
              "copy-data with a wrong handle is NO_SUCH_FILE",
              "as sftp-server since OpenSSH 9.3; before, it was FAILURE",
              (step, theirs, _) ->
                  step.isCopy() && step.wrongHandle() && theirs.equals(FAILURE)
                      ? new Status(SftpReply.NO_SUCH_FILE)
                      : theirs),
          new Difference(
              "home-directory of an empty name is one's own",
              "as sftp-server since OpenSSH 9.6; before, it was FAILURE",
              (step, theirs, _) ->
                  step.shown().equals("home-directory ") ? new Path("home") : theirs),
          new Difference(
              "copy-data that finds too little or cannot read or write says so",
              "sftp-server forgets what went wrong in the last 64 KiB of a given length, and says"
                  + " OK",
              (step, theirs, ours) ->
                  step.isCopy()
                          && (theirs.equals(OK) || theirs.equals(new Status(SftpReply.EOF)))
                          && (ours.equals(new Status(SftpReply.EOF))
                              || ours.equals(new Status(SftpReply.NO_SUCH_FILE)))
                      ? ours
                      : theirs));

  private IntendedDifferences() {}

  static Outcome expected(SftpStep step, Outcome theirs, Outcome ours) {
    Outcome expected = theirs;
    for (Difference each : ALL) {
      expected = each.rule().expected(step, expected, ours);
    }
    return expected;
  }

  private static boolean isOverlongFirst(SftpStep step) {
    boolean nothingToLinkTo = step.type() == SftpMessage.SYMLINK && step.shown().endsWith("-> ");
    return !nothingToLinkTo
        && step.paths().stream()
            .filter(path -> path.isEmpty() || OVERLONG.matcher(path).find())
            .findFirst()
            .filter(path -> !path.isEmpty())
            .isPresent();
  }

  private static boolean givesAway(SftpStep step) {
    var owner = step.attributes().owner();
    return owner != null && (owner.uid() != OUR_ID || owner.gid() != OUR_ID);
  }

  private static Stat ourMode(Stat stat) {
    return switch (stat.type()) {
      case 'd' -> stat.withMode((stat.mode() & 0777) | 0700);
      case '-' -> stat.withMode((stat.mode() & 0777) | 0600);
      default -> stat;
    };
  }

  private static Outcome eachStat(Outcome outcome, UnaryOperator<Stat> change) {
    return switch (outcome) {
      case Attributes(Stat stat) -> new Attributes(change.apply(stat));
      case Opened(Stat stat) -> new Opened(stat == null ? null : change.apply(stat));
      case Listing(List<Entry> entries) ->
          new Listing(
              entries.stream()
                  .map(
                      e ->
                          new Entry(
                              e.name(),
                              e.stat() == null ? null : change.apply(e.stat()),
                              e.links(),
                              e.date()))
                  .toList());
      default -> outcome;
    };
  }
}
