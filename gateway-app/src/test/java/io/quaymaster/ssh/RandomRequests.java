package io.quaymaster.ssh;

import io.quaymaster.ssh.SftpMessage.Attributes;
import io.quaymaster.ssh.SftpMessage.Attributes.Owner;
import io.quaymaster.ssh.SftpMessage.Attributes.Times;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;

/**
 * Requests as nobody would send them and everybody might: few names, so that they meet often, and
 * every flag, attribute and kind of path. The same seed brings the same requests.
 */
final class RandomRequests {
  private static final String LONGEST = "n".repeat(255);
  private static final List<String> NAMES =
      List.of(
          "a",
          "a",
          "a",
          "b",
          "b",
          "c",
          "d",
          "d",
          "e",
          "\u00ff\u00fe",
          "\u00c3\u00a9",
          " ",
          "-r",
          "*",
          "\n",
          "...",
          "f",
          "f",
          LONGEST,
          LONGEST + "n");
  private static final List<String> TARGETS =
      List.of(
          "a",
          "b",
          "c",
          "d",
          "/a",
          "/d",
          "/",
          ".",
          "..",
          "../a",
          "d/a",
          "a/",
          "/d/.",
          "nothing",
          "//a",
          "",
          "../..",
          "\u00ff\u00fe");
  private static final List<Integer> MODES =
      List.of(0, 0400, 0600, 0644, 0666, 0700, 0755, 0777, 04755, 02755, 01777, 07777, 0111);
  private static final List<Long> TIMES =
      List.of(0L, 1L, 1_000_000_000L, 0x7fffffffL, 0x80000000L, 0xffffffffL);
  private static final List<Long> OFFSETS = List.of(0L, 0L, 0L, 1L, 5L, 100L, 40_000L);
  private static final List<String> NO_HANDLES = List.of("", "none", "12345678", "\0\0\0\0\0\0\0");

  private final Random random;
  private final List<Integer> open;
  private final List<Integer> usable;
  private final Set<Integer> files;

  /**
   * @param open numbers of handles that are open
   * @param stale numbers of handles that were closed and that no side has given anew
   * @param files those of the open ones that are files'
   */
  RandomRequests(Random random, List<Integer> open, List<Integer> stale, Set<Integer> files) {
    this.random = random;
    this.files = files;
    this.open = open;
    this.usable = new ArrayList<>(open);
    usable.addAll(stale);
  }

  private <T> T pick(List<T> from) {
    return from.get(random.nextInt(from.size()));
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  private String path() {
    StringBuilder path = new StringBuilder(oneIn(3) ? "/" : "");
    int parts = oneIn(3) ? 2 + random.nextInt(2) : 1;
    for (int i = 0; i < parts; i++) {
      path.append(i > 0 ? oneIn(6) ? "//" : "/" : "");
      path.append(oneIn(12) ? "." : oneIn(14) ? ".." : pick(NAMES));
    }
    return oneIn(40) ? "" : path.append(oneIn(9) ? "/" : oneIn(20) ? "/." : "").toString();
  }

  private Attributes attributes() {
    return new Attributes(
        oneIn(3) ? Long.valueOf(pick(List.of(0L, 1L, 7L, 5_000L))) : null,
        oneIn(6) ? new Owner(pick(List.of(1000L, 0L, 12L)), pick(List.of(1000L, 12L))) : null,
        oneIn(2) ? pick(MODES) : null,
        oneIn(2) ? new Times(pick(TIMES), pick(TIMES)) : null);
  }

  SftpStep next() {
    if (oneIn(3)) {
      return onHandle();
    }
    return switch (random.nextInt(24)) {
      case 0, 1, 2, 3, 4 -> open();
      case 5 -> onPath(SftpMessage.LSTAT, "lstat");
      case 6 -> onPath(SftpMessage.STAT, "stat");
      case 7, 8 -> setAttributes();
      case 9 -> onPath(SftpMessage.OPENDIR, "opendir");
      case 10 -> list();
      case 11 -> onPath(SftpMessage.REMOVE, "remove");
      case 12, 13 -> makeDirectory();
      case 14 -> onPath(SftpMessage.RMDIR, "rmdir");
      case 15 -> onPath(SftpMessage.REALPATH, "realpath");
      case 16 -> onTwo("rename", SftpMessage.RENAME);
      case 17 -> extendedOnTwo("posix-rename@openssh.com");
      case 18 -> extendedOnTwo("hardlink@openssh.com");
      case 19 -> onPath(SftpMessage.READLINK, "readlink");
      case 20, 21 -> symbolicLink();
      case 22 -> linkAttributes();
      default -> rare();
    };
  }

  private SftpStep onPath(int type, String name) {
    String path = path();
    return new SftpStep(
        name + " " + path,
        type,
        List.of(path),
        -1,
        false,
        Attributes.NONE,
        side -> SftpMessage.about(type, side.path(path)));
  }

  private SftpStep open() {
    String path = path();
    int flags = oneIn(3) ? random.nextInt(64) : pick(List.of(1, 2, 3, 10, 26, 11, 14, 42));
    Attributes with = oneIn(2) ? Attributes.mode(pick(MODES)) : Attributes.NONE;
    return new SftpStep(
        "open " + path + " flags " + flags + ((flags & 8) != 0 ? " creating " : " ") + with,
        SftpMessage.OPEN,
        List.of(path),
        -1,
        false,
        with,
        side -> SftpMessage.about(SftpMessage.OPEN, side.path(path)).u32(flags).attributes(with));
  }

  private SftpStep setAttributes() {
    String path = path();
    Attributes with = attributes();
    return new SftpStep(
        "setstat " + path + " " + with,
        SftpMessage.SETSTAT,
        List.of(path),
        -1,
        false,
        with,
        side -> SftpMessage.about(SftpMessage.SETSTAT, side.path(path)).attributes(with));
  }

  private SftpStep linkAttributes() {
    String path = path();
    Attributes with = attributes();
    return new SftpStep(
        "lsetstat " + path + " " + with,
        SftpMessage.EXTENDED,
        List.of(path),
        -1,
        false,
        with,
        side ->
            SftpMessage.extended("lsetstat@openssh.com").string(side.path(path)).attributes(with));
  }

  /** Opened, read to the end and closed at once, so that both see the same moment. */
  private SftpStep list() {
    String path = path();
    return new SftpStep(
        "list " + path,
        SftpMessage.READDIR,
        List.of(path),
        -1,
        false,
        Attributes.NONE,
        side -> SftpMessage.about(SftpMessage.OPENDIR, side.path(path)));
  }

  private SftpStep makeDirectory() {
    String path = path();
    Attributes with = oneIn(2) ? Attributes.mode(pick(MODES)) : Attributes.NONE;
    return new SftpStep(
        "mkdir " + path + " " + with,
        SftpMessage.MKDIR,
        List.of(path),
        -1,
        false,
        with,
        side -> SftpMessage.about(SftpMessage.MKDIR, side.path(path)).attributes(with));
  }

  private SftpStep onTwo(String name, int type) {
    String from = path();
    String to = path();
    return new SftpStep(
        name + " " + from + " to " + to,
        type,
        List.of(from, to),
        -1,
        false,
        Attributes.NONE,
        side -> SftpMessage.about(type, side.path(from)).string(side.path(to)));
  }

  private SftpStep extendedOnTwo(String name) {
    String from = path();
    String to = path();
    return new SftpStep(
        name + " " + from + " to " + to,
        SftpMessage.EXTENDED,
        List.of(from, to),
        -1,
        false,
        Attributes.NONE,
        side -> SftpMessage.extended(name).string(side.path(from)).string(side.path(to)));
  }

  private SftpStep symbolicLink() {
    String target = pick(TARGETS);
    String path = path();
    return new SftpStep(
        "symlink " + path + " -> " + target,
        SftpMessage.SYMLINK,
        List.of(path),
        -1,
        false,
        Attributes.NONE,
        side -> SftpMessage.about(SftpMessage.SYMLINK, side.path(target)).string(side.path(path)));
  }

  private SftpStep rare() {
    String path = path();
    List<String> homes = List.of("", "no-such-user-anywhere");
    String user = pick(homes);
    String expanded = pick(List.of("~", "~/" + path, path, "", "~no-such-user-anywhere", "~/"));
    return switch (random.nextInt(6)) {
      case 0 ->
          plain(
              "statvfs " + path,
              List.of(path),
              side -> SftpMessage.extended("statvfs@openssh.com").string(side.path(path)));
      case 1 -> plain("limits", List.of(), _ -> SftpMessage.extended("limits@openssh.com"));
      case 2 ->
          plain(
              "expand-path " + expanded,
              List.of(expanded.startsWith("~") ? expanded.substring(1) : expanded),
              side -> SftpMessage.extended("expand-path@openssh.com").string(side.path(expanded)));
      case 3 ->
          plain(
              "home-directory " + user,
              List.of(),
              _ -> SftpMessage.extended("home-directory").string(user));
      case 4 ->
          plain(
              "users-groups-by-id",
              List.of(),
              _ ->
                  SftpMessage.extended("users-groups-by-id@openssh.com")
                      .bytes(new byte[] {0, 0, 3, -24})
                      .bytes(new byte[8]));
      default ->
          // A type of request that it does not know sftp-server leaves without any answer.
          plain("unknown extension", List.of(), _ -> SftpMessage.extended("nothing@quay"));
    };
  }

  private static SftpStep plain(
      String shown, List<String> paths, Function<SftpSide, SftpMessage> build) {
    return new SftpStep(shown, SftpMessage.EXTENDED, paths, -1, false, Attributes.NONE, build);
  }

  /** One of the handles there are, sometimes one that is no more, sometimes one that never was. */
  private Function<SftpSide, String> handle(int number) {
    String never = pick(NO_HANDLES);
    return side -> number < 0 ? never : side.handles().get(number);
  }

  private int number() {
    List<Integer> from = oneIn(6) ? usable : open;
    return from.isEmpty() || oneIn(25) ? -1 : pick(from);
  }

  private SftpStep onHandle() {
    int number = number();
    var handle = handle(number);
    return switch (random.nextInt(12)) {
      case 0, 1 -> read(number, handle);
      case 2, 3, 4 -> write(number, handle);
      case 5, 6 -> aboutHandle("close", SftpMessage.CLOSE, number, handle);
      case 7 -> aboutHandle("fstat", SftpMessage.FSTAT, number, handle);
      case 8 -> handleAttributes(number, handle);
      case 9 -> copy(number, handle);
      case 10 -> extendedOnHandle("fsync@openssh.com", number, handle);
      default -> extendedOnHandle("fstatvfs@openssh.com", number, handle);
    };
  }

  private static SftpStep onHandle(
      String shown, int type, int number, Function<SftpSide, SftpMessage> build) {
    return new SftpStep(
        shown + " handle " + number, type, List.of(), number, false, Attributes.NONE, build);
  }

  private static SftpStep aboutHandle(
      String name, int type, int number, Function<SftpSide, String> handle) {
    return onHandle(name, type, number, side -> SftpMessage.about(type, handle.apply(side)));
  }

  private static SftpStep extendedOnHandle(
      String name, int number, Function<SftpSide, String> handle) {
    return onHandle(
        name,
        SftpMessage.EXTENDED,
        number,
        side -> SftpMessage.extended(name).string(handle.apply(side)));
  }

  private SftpStep handleAttributes(int number, Function<SftpSide, String> handle) {
    Attributes with = attributes();
    return new SftpStep(
        "fsetstat " + with + " handle " + number,
        SftpMessage.FSETSTAT,
        List.of(),
        number,
        !files.contains(number),
        with,
        side -> SftpMessage.about(SftpMessage.FSETSTAT, handle.apply(side)).attributes(with));
  }

  private SftpStep read(int number, Function<SftpSide, String> handle) {
    long offset = oneIn(15) ? pick(List.of(-1L, Long.MIN_VALUE)) : pick(OFFSETS);
    long length = pick(List.of(0L, 1L, 100L, 50_000L, 261_120L, 0xffffffffL));
    return onHandle(
        "read at " + offset + " length " + length,
        SftpMessage.READ,
        number,
        side -> SftpMessage.read(handle.apply(side), offset, length));
  }

  private SftpStep write(int number, Function<SftpSide, String> handle) {
    long offset = oneIn(15) ? -1L : pick(OFFSETS);
    byte[] data = new byte[pick(List.of(0, 1, 10, 300, 40_000))];
    random.nextBytes(data);
    return onHandle(
        "write at " + offset + " length " + data.length,
        SftpMessage.WRITE,
        number,
        side -> SftpMessage.write(handle.apply(side), offset, data));
  }

  private SftpStep copy(int number, Function<SftpSide, String> handle) {
    int targetNumber = number();
    var target = handle(targetNumber);
    long offset = pick(OFFSETS);
    long length = pick(List.of(0L, 0L, 1L, 50L, 100_000L));
    long to = pick(OFFSETS);
    return new SftpStep(
        "copy-data from " + offset + " length " + length + " to " + to + " handle " + number,
        SftpMessage.EXTENDED,
        List.of(),
        number,
        !files.contains(number) || !files.contains(targetNumber),
        Attributes.NONE,
        side ->
            SftpMessage.extended("copy-data")
                .string(handle.apply(side))
                .u64(offset)
                .u64(length)
                .string(target.apply(side))
                .u64(to));
  }
}
