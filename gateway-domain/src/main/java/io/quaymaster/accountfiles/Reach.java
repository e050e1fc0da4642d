package io.quaymaster.accountfiles;

import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.VirtualPath;

/**
 * Runs an operation at the path that is really reached, however the links on the way change
 * meanwhile: the store refuses to follow a link, so the operation fails there and starts anew.
 */
final class Reach {
  /** How often an operation starts anew because links on its path keep changing. */
  private static final int MAX_TRIES = 8;

  private final View view;
  private final PathResolver resolver;

  Reach(View view, PathResolver resolver) {
    this.view = view;
    this.resolver = resolver;
  }

  /** One attempt of an operation at the path that is believed to be reached. */
  @FunctionalInterface
  interface Attempt<T> {
    T at(Spot spot) throws FileFailure;
  }

  /**
   * Runs an operation where a path leads. First where the text leads; if a link stands on the way,
   * or if policy refuses there, where the links lead.
   */
  <T> T at(VirtualPath asked, boolean followLast, Attempt<T> attempt) throws FileFailure {
    boolean needsLooking = !asked.isPlain() || asked.mustBeDirectory();
    RealPath path = needsLooking ? resolver.resolve(asked, followLast) : asked.lexical();
    boolean looked = needsLooking;
    for (int tries = 1; ; tries++) {
      try {
        return attempt.at(spot(path));
      } catch (FileFailure failure) {
        boolean linkMet = failure.kind() == Kind.LINK_ON_PATH;
        boolean refusedUnlooked =
            !looked
                && (failure.kind() == Kind.NOT_PERMITTED || failure.kind() == Kind.NOT_A_DIRECTORY);
        if (!(linkMet || refusedUnlooked)) {
          throw failure;
        }
        if (tries == MAX_TRIES) {
          throw new FileFailure(Kind.BUSY, "links on the path keep changing");
        }
        RealPath resolved = resolveAfter(failure, asked, followLast);
        if (resolved.equals(path) && !linkMet) {
          throw failure;
        }
        path = resolved;
        looked = true;
      }
    }
  }

  /** The one place where a path that a client said becomes something to work on. */
  private Spot spot(RealPath path) throws FileFailure {
    Partials.refuseReserved(path);
    return view.spot(path);
  }

  /** A refusal stays a refusal, even if the path turns out to lead nowhere. */
  private RealPath resolveAfter(FileFailure first, VirtualPath asked, boolean followLast)
      throws FileFailure {
    try {
      return resolver.resolve(asked, followLast);
    } catch (FileFailure nowhere) {
      throw first.kind() == Kind.LINK_ON_PATH || first.kind() == Kind.NOT_A_DIRECTORY
          ? nowhere
          : first;
    }
  }

  /** One attempt of an operation on two paths. */
  @FunctionalInterface
  interface PairAttempt {
    void at(Spot first, Spot second) throws FileFailure;
  }

  /**
   * As {@link #at}, with two paths. Whichever of them a link stands on, both are looked at anew; a
   * refusal is told before what is wrong with the second path.
   */
  void atBoth(VirtualPath first, VirtualPath second, PairAttempt attempt) throws FileFailure {
    at(
        first,
        false,
        spot -> {
          FileFailure nowhere = null;
          RealPath other = second.lexical();
          try {
            other = resolver.resolve(second, false);
          } catch (FileFailure failed) {
            if (!second.isPlain()) {
              throw failed;
            }
            nowhere = failed;
          }
          try {
            attempt.at(spot, spot(other));
            return spot;
          } catch (FileFailure failed) {
            throw nowhere != null && failed.kind() == Kind.LINK_ON_PATH ? nowhere : failed;
          }
        });
  }
}
