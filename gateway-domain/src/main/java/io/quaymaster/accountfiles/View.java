package io.quaymaster.accountfiles;

import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileName;
import io.quaymaster.files.FileStore;
import io.quaymaster.files.Home;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.StoreKey;
import io.quaymaster.quota.Chain;
import io.quaymaster.quota.Places;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Which store answers for which path of an account: the home for all, and each mount for what lies
 * below it.
 *
 * <p>A mount point hides what the home has under its name. Directories on the way to a mount that
 * the home does not have are shown as empty directories which hold only what leads to the mount.
 */
final class View {
  /** One store's part of the view. */
  record Part(Home home, FileStore store, Places places) {
    Spot spot(RealPath path) {
      return new Spot(this, path, home.keyOf(path));
    }
  }

  /** A path, and where it lies. */
  record Spot(Part part, RealPath path, StoreKey key) {
    FileStore store() {
      return part.store;
    }

    Chain chain() {
      return part.places.chainOf(key);
    }

    FileAttributes attributes() throws FileFailure {
      return part.store.attributes(key);
    }
  }

  private static final FileAttributes ON_THE_WAY =
      new FileAttributes(
          FileAttributes.Type.DIRECTORY, 0, 0755, 2, 0, 0, new FileAttributes.Identity(-1, -1));

  private final List<Part> innermostFirst;

  /**
   * @param parts the home and the mounts
   */
  View(List<Part> parts) {
    this.innermostFirst =
        parts.stream()
            .sorted(
                Comparator.comparingInt((Part p) -> p.home().at().components().size()).reversed())
            .toList();
  }

  List<Part> parts() {
    return innermostFirst;
  }

  Spot spot(RealPath path) {
    for (Part part : innermostFirst) {
      if (path.startsWith(part.home().at())) {
        return part.spot(path);
      }
    }
    throw new IllegalStateException("the view has no home");
  }

  /**
   * Whether a mount begins here or somewhere below, so that the name must stay. The home's own root
   * included.
   */
  boolean leadsToMount(RealPath path) {
    return innermostFirst.stream().anyMatch(part -> part.home().at().startsWith(path));
  }

  /** Attributes of a name; of the directories that only lead to a mount too. */
  FileAttributes attributes(Spot spot) throws FileFailure {
    try {
      FileAttributes found = spot.attributes();
      if (!found.isDirectory() && isAboveMount(spot.path())) {
        return ON_THE_WAY;
      }
      return found;
    } catch (FileFailure failure) {
      // Also if a link of the store stands on the way: what leads to a mount hides it.
      if (isAboveMount(spot.path())) {
        return ON_THE_WAY;
      }
      throw failure;
    }
  }

  private boolean isAboveMount(RealPath path) {
    return innermostFirst.stream()
        .anyMatch(p -> p.home().at().startsWith(path) && !p.home().at().equals(path));
  }

  /** Names that the mounts add to a directory, or hide in it. */
  Set<FileName> mountNamesIn(RealPath directory) {
    Set<FileName> names = new LinkedHashSet<>();
    for (Part part : innermostFirst) {
      RealPath at = part.home().at();
      if (at.startsWith(directory) && !at.equals(directory)) {
        List<RealPath> lineage = at.lineage();
        names.add(lineage.get(directory.components().size() + 1).name());
      }
    }
    return names;
  }

  List<Home> homes() {
    List<Home> homes = new ArrayList<>();
    innermostFirst.forEach(part -> homes.add(part.home()));
    return homes;
  }
}
