package io.quaymaster.system;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What some processes and all that they began have used, as {@code /proc} says. A process that
 * ended counts as long as it is a descendant of one that was waited for by its parent.
 *
 * @param roots their ids
 */
record Processes(List<Long> roots) {
  /** Clock ticks a second of {@code /proc/PID/stat}: fixed in Linux's interface to programs. */
  private static final double TICKS = 100;

  private static final Pattern PSS = Pattern.compile("(?m)^Pss: +(\\d+) kB");

  private Stream<ProcessHandle> all() {
    return roots.stream()
        .flatMap(root -> ProcessHandle.of(root).stream())
        .flatMap(root -> Stream.concat(Stream.of(root), root.descendants()));
  }

  int count() {
    return (int) all().count();
  }

  /** User and system time since they began. */
  double cpuSeconds() {
    return sum(Processes::cpuSeconds);
  }

  /** Memory, what is shared with others by shares. */
  double pssBytes() {
    return sum(Processes::pssBytes);
  }

  private double sum(ToDoubleFunction<Path> figure) {
    return all().mapToDouble(p -> figure.applyAsDouble(Path.of("/proc/" + p.pid()))).sum();
  }

  /** Of itself, and of its children that ended: fields 14 to 17 of proc_pid_stat(5). */
  private static double cpuSeconds(Path process) {
    String stat = read(process.resolve("stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
    long ticks = 0;
    for (int field = 14; field <= 17 && fields.length > 14; field++) {
      ticks += Long.parseLong(fields[field - 3]);
    }
    return ticks / TICKS;
  }

  private static double pssBytes(Path process) {
    Matcher pss = PSS.matcher(read(process.resolve("smaps_rollup")));
    return pss.find() ? Long.parseLong(pss.group(1)) * 1024.0 : 0;
  }

  /** Empty if the process has ended just now. */
  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException gone) {
      if (Files.exists(file.getParent())) {
        throw new UncheckedIOException(gone);
      }
      return "";
    }
  }
}
