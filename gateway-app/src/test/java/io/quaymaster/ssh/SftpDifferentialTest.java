package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The same random requests to our server and to OpenSSH's, in two empty folders: the same answers,
 * and at the end the same files. {@code -Dsftp.seeds=5000} runs more; {@code -Dsftp.seed=17} runs
 * one.
 */
class SftpDifferentialTest {
  private static final int SEEDS = 60;
  private static final int STEPS = 120;
  private static final int SHOWN_STEPS = 25;
  private static final int MAX_LINKS = 40;

  private static TestGateway gateway;

  @BeforeAll
  static void start() {
    Assumptions.assumeTrue(
        Files.isExecutable(SftpWire.OPENSSH_SERVER),
        "OpenSSH's sftp-server is not installed (Debian: openssh-sftp-server)");
    gateway = TestGateway.start();
  }

  @AfterAll
  static void stop() {
    if (gateway != null) {
      gateway.close();
    }
  }

  @Test
  void answersAreThoseOfSftpServer() throws IOException {
    Long one = Long.getLong("sftp.seed");
    long count = one != null ? 1 : Long.getLong("sftp.seeds", SEEDS);
    List<String> failures = new ArrayList<>();
    for (long i = 0; i < count; i++) {
      long seed = one != null ? one : i;
      try {
        new Run(seed).play();
      } catch (AssertionError | IllegalStateException differs) {
        failures.add("seed " + seed + ": " + differs.getMessage());
      }
    }
    assertThat(failures).as("%d seeds", count).isEmpty();
  }

  /** One sequence. */
  private static final class Run {
    private final Random random;
    private final Path theirFolder;
    private final List<Integer> open = new ArrayList<>();
    private final Set<Integer> files = new HashSet<>();
    private final List<Integer> closed = new ArrayList<>();
    private final List<String> told = new ArrayList<>();
    private SftpSide ours;
    private SftpSide theirs;
    private SftpWire look;

    Run(long seed) throws IOException {
      this.random = new Random(seed);
      this.theirFolder = Files.createDirectories(gateway.scratch("oracle"));
      Files.setPosixFilePermissions(theirFolder, PosixFilePermissions.fromString("rwxr-x---"));
      TestAccount account = gateway.account("seed-" + seed + "@acme").create();
      this.ours = new SftpSide(account.wire(), "");
      String root = theirFolder.toString();
      this.theirs = new SftpSide(SftpWire.openSshServer(theirFolder, "-u", "022"), root);
      this.look = SftpWire.openSshServer(theirFolder);
    }

    void play() {
      try {
        for (int i = 0; i < STEPS; i++) {
          SftpStep step = new RandomRequests(random, open, stale(), files).next();
          if (step.paths().stream().noneMatch(path -> cannotBeAsked(step, path))
              && !replacesDanglingLink(step)) {
            compare(step);
          }
        }
        compareTree("");
      } finally {
        ours.wire().close();
        theirs.wire().close();
        look.close();
      }
    }

    /** Closed handles which OpenSSH has not given anew: ours never do. */
    private List<Integer> stale() {
      List<String> live = open.stream().map(theirs.handles()::get).toList();
      return closed.stream().filter(n -> !live.contains(theirs.handles().get(n))).toList();
    }

    private void compare(SftpStep step) {
      told.add(step.toString());
      Outcome mine = ours.answer(step);
      if (step.copiesOntoItself(mine)) {
        return;
      }
      Outcome openSsh = theirs.answer(step);
      Outcome expected = IntendedDifferences.expected(step, openSsh, mine);
      if (mine instanceof Outcome.Listing(var listed)
          && expected instanceof Outcome.Listing(var wanted)) {
        assertThat(listed).as(lately()).containsExactlyElementsOf(wanted);
      }
      assertThat(mine).as(lately()).isEqualTo(expected);
      keepBook(step, openSsh, mine);
    }

    /** The last steps; the seed brings them all. */
    private String lately() {
      return String.join("\n", told.subList(Math.max(0, told.size() - SHOWN_STEPS), told.size()));
    }

    private void keepBook(SftpStep step, Outcome openSsh, Outcome mine) {
      boolean closes = step.type() == SftpMessage.CLOSE && step.handle() >= 0;
      if (closes && mine.equals(new Outcome.Status(SftpReply.OK))) {
        open.remove(Integer.valueOf(step.handle()));
        closed.add(step.handle());
        files.remove(step.handle());
      }
      if (openSsh instanceof Outcome.Opened && !(mine instanceof Outcome.Opened)) {
        theirs.wire().call(SftpMessage.about(SftpMessage.CLOSE, theirs.handles().removeLast()));
      } else if (mine instanceof Outcome.Opened(Outcome.Stat stat)) {
        int number = ours.handles().size() - 1;
        open.add(number);
        if (stat != null) {
          files.add(number);
        }
      }
    }

    /**
     * OpenSSH's server is not confined here, so what climbs over its folder or takes it away is not
     * asked; that ours stops at its root is {@link ConfinementTest}'s. Neither is {@code file/..}
     * or a link to {@code file/} for a real path: sftp-server reads them as text, ours as the
     * kernel does.
     */
    private boolean cannotBeAsked(SftpStep step, String path) {
      Deque<String> ahead = new ArrayDeque<>(List.of(path.split("/")));
      Deque<String> reached = new ArrayDeque<>();
      int links = 0;
      boolean file = false;
      while (!ahead.isEmpty()) {
        String part = ahead.pop();
        if (part.isEmpty() || part.equals(".")) {
          continue;
        }
        if (part.equals("..")) {
          if (reached.isEmpty() || (file && step.isAboutRealPath())) {
            return true;
          }
          reached.removeLast();
          file = false;
          continue;
        }
        reached.addLast(part);
        String here = String.join("/", reached);
        SftpReply stat = look.call(SftpMessage.about(SftpMessage.LSTAT, here));
        if (stat.isStatus()) {
          return false;
        }
        file = stat.stat().isFile();
        if (stat.stat().isLink() && ++links <= MAX_LINKS) {
          reached.removeLast();
          String target = look.call(SftpMessage.about(SftpMessage.READLINK, here)).path();
          if (step.isAboutRealPath() && target.matches("(.*/)?\\.{0,2}")) {
            return true;
          }
          if (target.startsWith("/")) {
            reached.clear();
            target = target.substring(theirs.root().length());
          }
          List.of(target.split("/")).reversed().forEach(ahead::push);
        }
      }
      return reached.isEmpty() && step.takesNames();
    }

    /**
     * RENAME never replaces anything here. sftp-server's does, if what is renamed is no file and
     * the new name is a link that leads nowhere; {@link SftpAnswersTest} shows ours.
     */
    private boolean replacesDanglingLink(SftpStep step) {
      if (step.type() != SftpMessage.RENAME) {
        return false;
      }
      String to = theirs.path(step.paths().getLast()).replaceAll("/+$", "");
      SftpReply named = look.call(SftpMessage.about(SftpMessage.LSTAT, to));
      return !named.isStatus()
          && named.stat().isLink()
          && look.call(SftpMessage.about(SftpMessage.STAT, to)).isStatus();
    }

    /** Everything there is, by name, attributes and content. */
    private void compareTree(String folder) {
      String at = folder.isEmpty() ? "." : folder;
      compare(
          new SftpStep(
              "list " + at,
              SftpMessage.READDIR,
              List.of(),
              -1,
              false,
              SftpMessage.Attributes.NONE,
              _ -> SftpMessage.about(SftpMessage.OPENDIR, at)));
      for (SftpReply.Name name : look.list(at)) {
        String path = folder.isEmpty() ? name.name() : folder + "/" + name.name();
        if (name.name().equals(".") || name.name().equals("..")) {
          continue;
        }
        if (name.stat().isDirectory()) {
          compareTree(path);
        } else if (name.stat().isFile()) {
          compareContent(path, (int) name.stat().size());
        }
      }
    }

    private void compareContent(String path, int size) {
      assertThat(Outcome.data(content(ours.wire(), path, size)))
          .as(path + " after\n" + lately())
          .isEqualTo(Outcome.data(content(look, path, size)));
    }

    private static byte[] content(SftpWire wire, String path, int size) {
      String handle = wire.open(path, SftpWire.READ);
      SftpReply reply = wire.call(SftpMessage.read(handle, 0, size + 1L));
      wire.call(SftpMessage.about(SftpMessage.CLOSE, handle));
      return reply.isStatus() ? new byte[0] : reply.data();
    }
  }
}
