package io.quaymaster.accountfiles;

import io.quaymaster.access.Permission;
import io.quaymaster.files.ByteText;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.VirtualPath;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Follows links inside an account's view, as the kernel would inside a chroot: an absolute target
 * starts at the account's {@code /}, {@code ..} stops there, and a link may lead into a mount.
 * Stores never follow links themselves, so what is resolved here is what policy is asked about and
 * what is opened, or the opening fails and is resolved anew.
 */
final class PathResolver {
  /** MAXSYMLINKS of Linux. */
  private static final int MAX_LINKS = 40;

  /** How often a path is followed anew because links on it keep changing. */
  private static final int MAX_TRIES = 8;

  private final View view;
  private final Guard guard;

  PathResolver(View view, Guard guard) {
    this.view = view;
    this.guard = guard;
  }

  /**
   * Where a path leads now.
   *
   * @param followLast whether a link at the end is followed; a trailing slash always follows one
   * @return the path without links; its last component need not exist
   * @throws FileFailure NOT_FOUND, NOT_A_DIRECTORY, LINK_LOOP; BUSY if links keep changing;
   *     NOT_PERMITTED if it goes wrong where the account may do nothing, so that nobody learns
   *     there what exists
   */
  RealPath resolve(VirtualPath asked, boolean followLast) throws FileFailure {
    for (int tries = 1; tries <= MAX_TRIES; tries++) {
      try {
        return follow(asked, followLast);
      } catch (FileFailure failed) {
        if (failed.kind() != Kind.LINK_ON_PATH) {
          throw failed;
        }
      }
    }
    throw new FileFailure(Kind.BUSY, "links on the path keep changing");
  }

  private RealPath follow(VirtualPath asked, boolean followLast) throws FileFailure {
    boolean wantsDirectory = asked.mustBeDirectory();
    Deque<String> ahead = new ArrayDeque<>(asked.components());
    RealPath reached = RealPath.ROOT;
    boolean targetIsDirectory = false;
    int links = 0;
    while (!ahead.isEmpty()) {
      String part = ahead.pop();
      if (part.equals("..")) {
        reached = reached.parent();
        continue;
      }
      boolean last = ahead.isEmpty();
      FileName name = new FileName(part);
      Partials.refuseReserved(name);
      RealPath next = reached.child(name);
      if (!last && !"..".equals(ahead.peek()) && !mayBeLink(next)) {
        reached = next;
        continue;
      }
      FileAttributes found;
      try {
        found = view.attributes(view.spot(next));
      } catch (FileFailure missing) {
        if (last && !targetIsDirectory && missing.kind() == Kind.NOT_FOUND) {
          requireLookedAt(reached);
          return next;
        }
        throw hiding(missing, next);
      }
      if (found.isLink() && (!last || followLast || wantsDirectory)) {
        if (++links > MAX_LINKS) {
          throw new FileFailure(Kind.LINK_LOOP, "too many symbolic links");
        }
        String target = readLink(next);
        if (target.startsWith("/")) {
          reached = RealPath.ROOT;
        }
        targetIsDirectory |= last && saysDirectory(target);
        wantsDirectory |= targetIsDirectory;
        push(target, ahead);
        continue;
      }
      if (!found.isDirectory() && (!last || wantsDirectory)) {
        throw hiding(
            new FileFailure(Kind.NOT_A_DIRECTORY, "a file stands where the path goes on"), next);
      }
      reached = next;
    }
    return reached;
  }

  /**
   * Where nothing can be a link, what the path goes through is not looked at: that may be a request
   * over the network for each component, and what is found at the end says the same.
   */
  private boolean mayBeLink(RealPath path) {
    return view.spot(path).store().capabilities().symbolicLinks();
  }

  /** What is missing may be missing with the directory that was gone through unseen. */
  private void requireLookedAt(RealPath directory) throws FileFailure {
    if (directory.isRoot() || mayBeLink(directory)) {
      return;
    }
    try {
      view.attributes(view.spot(directory));
    } catch (FileFailure missing) {
      throw hiding(missing, directory);
    }
  }

  private String readLink(RealPath link) throws FileFailure {
    try {
      return view.spot(link).store().readLink(view.spot(link).key());
    } catch (FileFailure failed) {
      // It was a link a moment ago.
      throw failed.kind() == Kind.INVALID_ARGUMENT
          ? new FileFailure(Kind.LINK_ON_PATH, "the link changed")
          : failed;
    }
  }

  private FileFailure hiding(FileFailure failure, RealPath at) {
    boolean hidden = failure.kind() != Kind.LINK_ON_PATH && guard.allowed(at).isEmpty();
    return hidden ? guard.refusal(Permission.LIST) : failure;
  }

  /** A target that ends so leads to a directory which is there, or nowhere. */
  private static boolean saysDirectory(String target) {
    return target.endsWith("/")
        || target.equals(".")
        || target.endsWith("/.")
        || target.equals("..")
        || target.endsWith("/..");
  }

  private static void push(String target, Deque<String> ahead) throws FileFailure {
    if (target.length() > VirtualPath.MAX_BYTES) {
      throw new FileFailure(
          Kind.NAME_TOO_LONG,
          "a link's target is too long: " + ByteText.shown(target.substring(0, 40)));
    }
    int end = target.length();
    while (end > 0) {
      int slash = target.lastIndexOf('/', end - 1);
      String part = target.substring(slash + 1, end);
      if (!part.isEmpty() && !part.equals(".")) {
        if (part.length() > FileName.MAX_BYTES) {
          throw new FileFailure(Kind.NAME_TOO_LONG, "a name in a link's target is too long");
        }
        ahead.push(part);
      }
      end = Math.max(slash, 0);
    }
  }
}
