package io.quaymaster.ssh;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a server answered, in a form in which two servers can be compared: no ids, no handles. */
sealed interface Outcome {
  record Status(int code) implements Outcome {}

  /** A handle, and what fstat says of it; null if it is a directory's. */
  record Opened(@Nullable Stat stat) implements Outcome {}

  record Data(String hex) implements Outcome {}

  record Attributes(Stat stat) implements Outcome {}

  record Path(String path) implements Outcome {}

  record Listing(List<Entry> entries) implements Outcome {}

  record Extended(String what) implements Outcome {}

  /**
   * @param type d, -, l or ?
   * @param accessed "now" if it was not set by anybody
   */
  record Stat(char type, long size, int mode, String accessed, String modified) {
    private static final long NOW_SECONDS = 3600;

    /**
     * @param root what stands before absolute paths on that side; links may say it
     */
    static Stat of(SftpReply.Stat s, String root) {
      char type = s.isDirectory() ? 'd' : s.isFile() ? '-' : s.isLink() ? 'l' : '?';
      long size = type == 'l' && s.size() > root.length() ? s.size() - root.length() : s.size();
      // Going through a link is an access; who does how often is nobody's business.
      String accessed = type == 'l' ? "" : time(s.accessed());
      return new Stat(type, size, s.mode() & 07777, accessed, time(s.modified()));
    }

    private static String time(long seconds) {
      long now = System.currentTimeMillis() / 1000;
      return Math.abs(now - seconds) < NOW_SECONDS ? "now" : Long.toString(seconds);
    }

    Stat withMode(int other) {
      return new Stat(type, size, other, accessed, modified);
    }

    /** What strmode(3) says of it, without bits that we never have. */
    String shownMode() {
      StringBuilder shown = new StringBuilder().append(type);
      for (int shift = 6; shift >= 0; shift -= 3) {
        shown.append((mode >> shift & 4) != 0 ? 'r' : '-');
        shown.append((mode >> shift & 2) != 0 ? 'w' : '-');
        shown.append((mode >> shift & 1) != 0 ? 'x' : '-');
      }
      return shown.toString();
    }
  }

  /**
   * A line of a directory; of the long name what can be the same: the columns of links and date.
   *
   * @param stat null for {@code ..}, of which only the name counts
   */
  record Entry(String name, @Nullable Stat stat, String links, String date) {
    /** mode, links, owner, group, size, date, name: ls_file in sftp-common.c. */
    private static final Pattern LONG_NAME =
        Pattern.compile(
            "(\\S{10}) {2}( *\\d+) (\\S+ *) (\\S+ *) ( *\\d+) (.{12}) (.*)", Pattern.DOTALL);

    static Entry of(SftpReply.Name name, String root) {
      Matcher line = LONG_NAME.matcher(name.longName());
      if (!line.matches() || !line.group(7).equals(name.name())) {
        throw new AssertionError("not as ls -l: '" + name.longName() + "'");
      }
      String again =
          "%s  %3s %-8s %-8s %8d %s %s"
              .formatted(
                  line.group(1),
                  line.group(2).strip(),
                  line.group(3).strip(),
                  line.group(4).strip(),
                  name.stat().size(),
                  line.group(6),
                  name.name());
      if (!name.longName().equals(again)) {
        throw new AssertionError("columns: '" + name.longName() + "', not '" + again + "'");
      }
      if (name.name().equals("..")) {
        return new Entry("..", null, "", "");
      }
      Stat stat = Stat.of(name.stat(), root);
      if (name.name().equals(".")) {
        // Reading the directory is an access, and comes before or after the look at it.
        stat = new Stat(stat.type(), stat.size(), stat.mode(), "", stat.modified());
      }
      String date = stat.modified().equals("now") ? "now" : line.group(6);
      return new Entry(name.name(), stat, line.group(2), date);
    }
  }

  static Listing listing(List<SftpReply.Name> names, String root) {
    List<Entry> entries = new ArrayList<>();
    names.forEach(name -> entries.add(Entry.of(name, root)));
    entries.sort(Comparator.comparing(Entry::name));
    return new Listing(List.copyOf(entries));
  }

  static Data data(byte[] bytes) {
    return new Data(
        bytes.length > 64
            ? bytes.length + " bytes " + Arrays.hashCode(bytes)
            : HexFormat.of().formatHex(bytes));
  }
}
