package io.quaymaster.accountfiles;

import io.quaymaster.access.Permission;
import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.VirtualPath;
import io.quaymaster.login.Grant;
import io.quaymaster.transfer.Transfer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The files that one grant sees, with POSIX's meaning: what sftp-server does inside a chroot, plus
 * policy, quota and mounts.
 *
 * <p>Every operation finds the path that is really reached, asks the policy about that path, and
 * then works on exactly that path: a store refuses to follow links, so a link that appears in
 * between makes the operation start anew and not go astray.
 *
 * <p>Threads: any. {@link #close()} ends transfers under way as aborted.
 */
public final class AccountFiles implements AutoCloseable {
  private final AccountFilesEngine engine;
  private final Grant grant;
  private final View view;
  private final int umask;
  private final PathResolver resolver;
  private final Guard guard;
  private final Reach reach;
  private final Names names;
  private final FileOpener opener;
  private final Renamer renamer;
  private final Publisher publisher;
  private final Set<AccountFile> open = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean closed = new AtomicBoolean();

  AccountFiles(AccountFilesEngine engine, Grant grant, View view, int umask) {
    this.engine = engine;
    this.grant = grant;
    this.view = view;
    this.umask = umask;
    this.guard = new Guard(grant.policy());
    this.resolver = new PathResolver(view, guard);
    this.reach = new Reach(view, resolver);
    this.names = new Names(engine, guard, view);
    this.opener = new FileOpener(engine, guard, grant.limits().maxFileBytes());
    this.renamer = new Renamer(engine, guard, view);
    this.publisher = new Publisher(engine, grant, guard, opener, renamer);
  }

  public Grant grant() {
    return grant;
  }

  /** Bits that new files and directories do not get. */
  public int umask() {
    return umask;
  }

  /** What a path leads to, links followed. */
  public FileAttributes stat(VirtualPath asked) throws FileFailure {
    return reach.at(
        asked,
        true,
        spot -> {
          guard.requireToSee(spot.path());
          Spot partial = publisher.partialOf(spot);
          FileAttributes found = partial == null ? view.attributes(spot) : partial.attributes();
          if (found.isLink()) {
            throw new FileFailure(Kind.LINK_ON_PATH, "a link");
          }
          return found;
        });
  }

  /** What has this very name. */
  public FileAttributes lstat(VirtualPath asked) throws FileFailure {
    return reach.at(
        asked,
        asked.mustBeDirectory(),
        spot -> {
          guard.requireToSee(spot.path());
          Spot partial = publisher.partialOf(spot);
          return partial == null ? view.attributes(spot) : partial.attributes();
        });
  }

  /**
   * The path without links and dots. Its last component need not exist, unless a slash follows it.
   * Where the account may not see what the links lead to, only the text is tidied.
   */
  public RealPath realPath(VirtualPath asked) throws FileFailure {
    try {
      RealPath real = resolver.resolve(asked.withoutSlash(), true);
      if (asked.mustBeDirectory()) {
        view.attributes(view.spot(real));
      }
      boolean seen = guard.allows(Permission.LIST, real) || guard.allows(Permission.READ, real);
      return seen ? real : asked.lexical();
    } catch (FileFailure hidden) {
      if (hidden.kind() == Kind.NOT_PERMITTED) {
        return asked.lexical();
      }
      throw hidden;
    }
  }

  /** Whether a file is open. */
  public boolean isTransferring() {
    return !open.isEmpty();
  }

  public AccountFile open(VirtualPath asked, OpenRequest request) throws FileFailure {
    if (asked.mustBeDirectory() && request.create()) {
      requireDirectory(asked.parent());
      throw new FileFailure(Kind.IS_A_DIRECTORY, "a new file's name cannot end in a slash");
    }
    boolean followLast = !(request.create() && request.exclusive());
    return reach.at(
        asked,
        followLast,
        spot -> {
          if (view.leadsToMount(spot.path())) {
            throw new FileFailure(
                followLast ? Kind.IS_A_DIRECTORY : Kind.EXISTS,
                "a mounted store, or the way to one");
          }
          int mode = request.mode() == null ? 0666 : request.mode();
          int bits = mode & 0777 & ~umask;
          boolean aside = publisher.publishesOnClose(spot) && request.changes();
          FileOpener.Opened opened =
              aside ? publisher.open(spot, request, bits) : openInPlace(spot, request, bits);
          AccountFile file =
              new AccountFile(this, engine, spot, request, opened, grant.limits().maxFileBytes());
          open.add(file);
          if (closed.get()) {
            // The session ended meanwhile, and may have missed this file.
            file.end(Transfer.Outcome.ABORTED);
            throw new FileFailure(Kind.SESSION_ENDED, "the session is over");
          }
          return file;
        });
  }

  /** An uploader may read what it has uploaded so far. */
  private FileOpener.Opened openInPlace(Spot spot, OpenRequest request, int mode)
      throws FileFailure {
    try {
      return opener.open(spot, request, mode);
    } catch (FileFailure missing) {
      Spot partial = missing.kind() == Kind.NOT_FOUND ? publisher.partialOf(spot) : null;
      if (partial == null) {
        throw missing;
      }
      return opener.open(partial, request, mode);
    }
  }

  public DirectoryView openDirectory(VirtualPath asked) throws FileFailure {
    return reach.at(
        asked,
        true,
        spot -> {
          guard.require(Permission.LIST, spot.path());
          return DirectoryView.open(view, spot, publisher);
        });
  }

  /**
   * A path that ends in dots names a directory which is there: nothing can be made, removed or
   * renamed under it.
   */
  private void refuseDots(VirtualPath asked, Kind kind) throws FileFailure {
    if (asked.endsInDots()) {
      requireDirectory(asked.parent());
      throw new FileFailure(kind, "the path ends in dots");
    }
  }

  private void requireDirectory(VirtualPath asked) throws FileFailure {
    if (!view.attributes(view.spot(resolver.resolve(asked, true))).isDirectory()) {
      throw new FileFailure(Kind.NOT_A_DIRECTORY, "a file stands where the path goes on");
    }
  }

  /**
   * @param mode permission bits asked for; the umask is taken off
   */
  public void makeDirectory(VirtualPath asked, int mode) throws FileFailure {
    refuseDots(asked, Kind.EXISTS);
    reach.at(
        asked.withoutSlash(),
        false,
        spot -> {
          guard.require(Permission.MKDIR, spot.path());
          if (view.leadsToMount(spot.path())) {
            throw new FileFailure(Kind.EXISTS, "the directory is there already");
          }
          spot.store().makeDirectory(spot.key(), mode & 0777 & ~umask);
          return spot;
        });
  }

  public void removeDirectory(VirtualPath asked) throws FileFailure {
    refuseDots(asked, asked.endsInDot() ? Kind.INVALID_ARGUMENT : Kind.DIRECTORY_NOT_EMPTY);
    reach.at(
        asked.withoutSlash(),
        false,
        spot -> {
          guard.require(Permission.RMDIR, spot.path());
          refuseMount(spot);
          spot.store().removeDirectory(spot.key());
          return spot;
        });
  }

  /**
   * Removes a name that is not a directory's; the bytes are given back when nobody writes the file
   * any more.
   */
  public void remove(VirtualPath asked) throws FileFailure {
    refuseDots(asked, Kind.IS_A_DIRECTORY);
    reach.at(
        asked.withoutSlash(),
        false,
        spot -> {
          guard.require(Permission.DELETE, spot.path());
          if (view.leadsToMount(spot.path())) {
            throw new FileFailure(Kind.IS_A_DIRECTORY, "a mounted store");
          }
          Spot partial = publisher.partialOf(spot);
          if (partial != null) {
            names.remove(partial, false);
          }
          try {
            names.remove(spot, asked.mustBeDirectory());
          } catch (FileFailure missing) {
            if (partial == null || missing.kind() != Kind.NOT_FOUND) {
              throw missing;
            }
          }
          return spot;
        });
  }

  /**
   * @param replace whether an existing target gives way, as posix-rename does; else it is EXISTS
   */
  public void rename(VirtualPath from, VirtualPath to, boolean replace) throws FileFailure {
    if (from.endsInDots() || to.endsInDots()) {
      if (!replace) {
        lstat(from);
      }
      requireDirectory(from.parent());
      requireDirectory(to.parent());
      throw new FileFailure(Kind.BUSY, "the path ends in dots");
    }
    if (from.mustBeDirectory()) {
      lstat(from);
    }
    reach.atBoth(
        from.withoutSlash(),
        to.withoutSlash(),
        (source, target) -> {
          boolean slash = from.mustBeDirectory() || to.mustBeDirectory();
          renamer.rename(source, target, replace, slash);
        });
  }

  /**
   * A further name for a file, in the same store and the same quota places. It must not allow more
   * than the first name does.
   */
  public void hardLink(VirtualPath existing, VirtualPath name) throws FileFailure {
    if (name.endsInDots()) {
      lstat(existing);
      refuseDots(name, Kind.EXISTS);
    }
    reach.atBoth(
        existing,
        name.withoutSlash(),
        (file, link) -> names.hardLink(file, link, name.mustBeDirectory()));
  }

  /**
   * @param target byte text; kept as it is, and resolved inside the view of whoever follows it
   */
  public void symbolicLink(VirtualPath name, String target) throws FileFailure {
    refuseDots(name, Kind.EXISTS);
    reach.at(
        name.withoutSlash(),
        false,
        spot -> {
          names.symbolicLink(spot, target, name.mustBeDirectory());
          return spot;
        });
  }

  /** The target of a link, as byte text. */
  public String readLink(VirtualPath asked) throws FileFailure {
    return reach.at(
        asked,
        false,
        spot -> {
          guard.require(Permission.LIST, spot.path());
          if (view.leadsToMount(spot.path())) {
            throw new FileFailure(Kind.INVALID_ARGUMENT, "not a symbolic link");
          }
          return spot.store().readLink(spot.key());
        });
  }

  public void setAttributes(VirtualPath asked, AttributeChange change, boolean followLast)
      throws FileFailure {
    reach.at(
        asked,
        followLast,
        spot -> {
          guard.require(Permission.SETATTR, spot.path());
          publisher.setAttributes(spot, change, followLast);
          return spot;
        });
  }

  /** Cuts a file, or lengthens it with zeros that count. */
  public void setSize(VirtualPath asked, long sizeBytes) throws FileFailure {
    reach.at(
        asked,
        true,
        spot -> {
          guard.require(Permission.WRITE, spot.path());
          opener.refuseTooLarge(sizeBytes);
          if (publisher.publishesOnClose(spot) && !view.leadsToMount(spot.path())) {
            publisher.setSize(spot, sizeBytes);
          } else {
            names.changing(spot, () -> opener.setSize(spot, sizeBytes));
          }
          return spot;
        });
  }

  /** Room as {@code df} shows it: the quota where there is one, else the store's own. */
  public FileStore.Space space(VirtualPath asked) throws FileFailure {
    return reach.at(
        asked,
        true,
        spot -> {
          guard.requireToSee(spot.path());
          if (view.attributes(spot).isLink()) {
            throw new FileFailure(Kind.LINK_ON_PATH, "a link");
          }
          return engine.space(spot);
        });
  }

  private void refuseMount(Spot spot) throws FileFailure {
    if (view.leadsToMount(spot.path())) {
      throw new FileFailure(Kind.BUSY, "a mounted store, or the way to one");
    }
  }

  void forget(AccountFile file) {
    open.remove(file);
  }

  /** Files open now. */
  public int openFiles() {
    return open.size();
  }

  /** Ends what is open as aborted, and leaves the places. */
  @Override
  public void close() {
    if (!closed.compareAndSet(false, true)) {
      return;
    }
    for (AccountFile file : open) {
      file.end(Transfer.Outcome.ABORTED);
    }
    view.parts().forEach(part -> engine.ledger.leave(part.places()));
  }
}
