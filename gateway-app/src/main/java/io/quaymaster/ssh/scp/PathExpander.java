package io.quaymaster.ssh.scp;

import io.quaymaster.accountfiles.AccountFiles;
import io.quaymaster.accountfiles.DirectoryView;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.files.RealPath;
import io.quaymaster.files.VirtualPath;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Expands wildcards as a shell on the other side would have: sorted by bytes, hidden names only if
 * the dot is written, the pattern itself if nothing matches. What the account may not list has no
 * matches. Bounded in matches, their bytes, and entries looked at. One expansion each.
 */
final class PathExpander {
  private final AccountFiles files;
  private final RealPath start;
  private final int mostMatches;
  private final int mostEntries;
  private int entries;
  private int matchedBytes;

  PathExpander(AccountFiles files) {
    this(files, ScpLimits.MATCHES, ScpLimits.ENTRIES);
  }

  PathExpander(AccountFiles files, int mostMatches, int mostEntries) {
    this.files = files;
    this.start = files.grant().sftp().startDirectory();
    this.mostMatches = mostMatches;
    this.mostEntries = mostEntries;
  }

  /**
   * @return byte texts, at least one
   * @throws FileFailure INVALID_ARGUMENT beyond a bound; whatever a store fails with
   */
  List<String> expand(ScpPath path) throws FileFailure {
    PathPattern pattern = path.pattern();
    if (pattern == null) {
      return List.of(path.text());
    }
    List<String> found = List.of("");
    List<PathPattern.Step> steps = pattern.steps();
    for (int i = 0; i < steps.size(); i++) {
      boolean last = i == steps.size() - 1;
      found =
          switch (steps.get(i)) {
            case PathPattern.Step.Literal(String text) -> append(found, text, last);
            case PathPattern.Step.Names(NamePattern names) -> matches(found, names, last);
          };
    }
    return found.isEmpty() ? List.of(path.text()) : found.stream().sorted().toList();
  }

  /** The last text stands behind wildcards, so that what it names may not be there. */
  private List<String> append(List<String> directories, String text, boolean last)
      throws FileFailure {
    List<String> longer = new ArrayList<>();
    for (String directory : directories) {
      String path = directory + text;
      if (!last || exists(path)) {
        add(path, longer);
      }
    }
    return longer;
  }

  private List<String> matches(List<String> directories, NamePattern names, boolean last)
      throws FileFailure {
    List<String> matches = new ArrayList<>();
    for (String directory : directories) {
      try (DirectoryView view = files.openDirectory(VirtualPath.parse(directory, start))) {
        for (DirectoryView.Entry entry = next(view); entry != null; entry = next(view)) {
          if (mayMatch(entry, last) && names.matches(entry.name())) {
            add(directory + entry.name(), matches);
          }
        }
      } catch (FileFailure unlisted) {
        throwUnlessAbsent(unlisted);
      }
    }
    return matches;
  }

  private DirectoryView.@Nullable Entry next(DirectoryView view) throws FileFailure {
    if (++entries > mostEntries) {
      throw new FileFailure(
          Kind.INVALID_ARGUMENT,
          "the wildcards need more than " + mostEntries + " directory entries to be looked at");
    }
    return view.next();
  }

  private static boolean mayMatch(DirectoryView.Entry entry, boolean last) {
    if (entry.name().equals(".") || entry.name().equals("..")) {
      return false;
    }
    FileAttributes.Type type = entry.attributes().type();
    return last || type == FileAttributes.Type.DIRECTORY || type == FileAttributes.Type.LINK;
  }

  private void add(String path, List<String> paths) throws FileFailure {
    matchedBytes += path.length();
    if (paths.size() == mostMatches || matchedBytes > ScpLimits.MATCHED_BYTES) {
      throw new FileFailure(
          Kind.INVALID_ARGUMENT,
          "the wildcards stand for more than %d paths or %d bytes of paths"
              .formatted(mostMatches, ScpLimits.MATCHED_BYTES));
    }
    paths.add(path);
  }

  private boolean exists(String path) throws FileFailure {
    try {
      files.lstat(VirtualPath.parse(path, start));
      return true;
    } catch (FileFailure failure) {
      throwUnlessAbsent(failure);
      return false;
    }
  }

  private static void throwUnlessAbsent(FileFailure failure) throws FileFailure {
    switch (failure.kind()) {
      case NOT_FOUND, NOT_A_DIRECTORY, NOT_PERMITTED, LINK_LOOP, NAME_TOO_LONG -> {}
      default -> throw failure;
    }
  }
}
