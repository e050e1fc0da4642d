package io.quaymaster.accountfiles;

import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.FileName;
import io.quaymaster.files.Listing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A directory being read: what the store has, with the mounts in their places, after {@code .} and
 * {@code ..}. One thread at a time.
 */
public final class DirectoryView implements AutoCloseable {
  /**
   * @param name byte text; {@code .} and {@code ..} too
   */
  public record Entry(String name, FileAttributes attributes) {}

  private final Deque<Entry> first = new ArrayDeque<>();
  private final Set<FileName> mounts;
  private final @Nullable Listing listing;
  private final Spot spot;
  private final Publisher publisher;

  private DirectoryView(
      Set<FileName> mounts, @Nullable Listing listing, Spot spot, Publisher publisher) {
    this.mounts = mounts;
    this.listing = listing;
    this.spot = spot;
    this.publisher = publisher;
  }

  static DirectoryView open(View view, Spot spot, Publisher publisher) throws FileFailure {
    Set<FileName> mounts = view.mountNamesIn(spot.path());
    Listing listing = null;
    try {
      listing = spot.store().list(spot.key());
    } catch (FileFailure failure) {
      boolean onlyOnTheWay =
          (failure.kind() == Kind.NOT_FOUND
                  || failure.kind() == Kind.NOT_A_DIRECTORY
                  || failure.kind() == Kind.LINK_ON_PATH)
              && !mounts.isEmpty();
      if (!onlyOnTheWay) {
        throw failure;
      }
    }
    DirectoryView directory = new DirectoryView(mounts, listing, spot, publisher);
    try {
      directory.first.add(new Entry(".", view.attributes(spot)));
      directory.first.add(new Entry("..", view.attributes(view.spot(spot.path().parent()))));
    } catch (FileFailure failed) {
      directory.close();
      throw failed;
    }
    for (FileName mount : mounts) {
      try {
        directory.first.add(
            new Entry(mount.byteText(), view.attributes(view.spot(spot.path().child(mount)))));
      } catch (FileFailure unreachable) {
        // A mounted store that does not answer is missing from the list, as a vanished file would
        // be.
      }
    }
    return directory;
  }

  /** The next entry; null after the last. */
  public @Nullable Entry next() throws FileFailure {
    if (!first.isEmpty()) {
      return first.pop();
    }
    Listing store = listing;
    if (store == null) {
      return null;
    }
    for (Listing.Entry entry = store.next(); entry != null; entry = store.next()) {
      FileName shown = shownAs(entry.name());
      if (shown != null && !mounts.contains(shown)) {
        return new Entry(shown.byteText(), entry.attributes());
      }
    }
    return null;
  }

  /**
   * Under which name an entry is shown; null for what nobody sees: others' partial uploads, and our
   * own beside a complete file.
   */
  private @Nullable FileName shownAs(FileName name) throws FileFailure {
    if (!Partials.isReserved(name)) {
      return name;
    }
    FileName target = publisher.partials().targetOf(name).orElse(null);
    return target == null || isThere(target) ? null : target;
  }

  private boolean isThere(FileName name) throws FileFailure {
    try {
      spot.store().attributes(spot.key().child(name));
      return true;
    } catch (FileFailure missing) {
      if (missing.kind() == Kind.NOT_FOUND) {
        return false;
      }
      throw missing;
    }
  }

  @Override
  public void close() {
    if (listing != null) {
      listing.close();
    }
  }
}
