package io.quaymaster.files;

import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Small generators for property tests. A property runs over many seeds, and says which one it
 * failed on; that number brings the same input again.
 */
public final class Seeds {
  private static final List<String> PIECES =
      List.of("..", ".", "", "a", "b", "...", "..a", "\u00ff", "\n", "-", " ", "a.b", "~");

  private Seeds() {}

  /** What must hold for everything that a seed can bring. */
  public interface Property {
    void holds(Random random) throws Exception;
  }

  public static void forAll(int count, Property property) {
    for (long seed = 0; seed < count; seed++) {
      try {
        property.holds(new Random(seed));
      } catch (Exception | AssertionError failure) {
        throw new AssertionError("seed " + seed, failure);
      }
    }
  }

  /** A path as a hostile client writes it: any pieces, often dots, sometimes of any byte. */
  public static String path(Random random) {
    String start = random.nextBoolean() ? "/" : "";
    return IntStream.range(0, random.nextInt(12))
        .mapToObj(_ -> random.nextInt(4) == 0 ? component(random) : pick(random, PIECES))
        .collect(Collectors.joining("/", start, random.nextInt(4) == 0 ? "/" : ""));
  }

  /** A file name of any bytes. */
  public static String component(Random random) {
    StringBuilder name = new StringBuilder("x");
    int length = 1 + random.nextInt(FileName.MAX_BYTES);
    while (name.length() < length) {
      char c = (char) (1 + random.nextInt(255));
      name.append(c == '/' ? '_' : c);
    }
    return name.toString();
  }

  /** A path of an account's view, short enough that two of them often meet. */
  public static RealPath realPath(Random random) {
    RealPath path = RealPath.ROOT;
    for (int depth = random.nextInt(5); depth > 0; depth--) {
      path = path.child(new FileName(pick(random, List.of("a", "b", "ab", "a b"))));
    }
    return path;
  }

  public static <T> T pick(Random random, List<T> from) {
    return from.get(random.nextInt(from.size()));
  }
}
