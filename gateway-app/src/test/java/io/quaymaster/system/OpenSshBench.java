package io.quaymaster.system;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.OpenSshKeys;
import io.quaymaster.storage.s3.DistanceProxy;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The gateway beside OpenSSH's server: the same work by the same OpenSSH client on the same machine
 * in turn. For each row how much faster the gateway is (wall time of OpenSSH by ours) and what of
 * the processors it takes (CPU of our server, its database included, by that of OpenSSH's), medians
 * of the rounds after some that are not counted, {@code bench.warm} at least and {@code
 * bench.warmSeconds}: the gateway is a process that runs for weeks, and compiles its code in its
 * first minutes. No test of the suite: {@code bench/openssh.sh} runs it.
 */
class OpenSshBench {
  private static final int MIB = Integer.getInteger("bench.mib", 512);
  private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
  private static final int WARM = Integer.getInteger("bench.warm", 5);
  private static final int WARM_SECONDS = Integer.getInteger("bench.warmSeconds", 15);
  private static final int IDLE = Integer.getInteger("bench.idle", 1000);
  private static final Pattern ROWS = Pattern.compile(System.getProperty("bench.rows", ""));
  private static final Duration ROUND_TRIP = Duration.ofMillis(50);
  private static final long ANY_SPEED = 10_000_000_000L;
  private static final String LOGIN = "alice@acme";

  @TempDir Path folder;

  /** One run of a row on one side. */
  private record Run(double seconds, double cpuSeconds) {}

  @Test
  void besideOpenSsh() throws Exception {
    try (Quay quay = Quay.start(folder.resolve("gateway"));
        OpenSshServer sshd = new OpenSshServer(folder.resolve("sshd"), quay.key())) {
      quay.tenant("acme", Map.of());
      Partner alice = quay.partner(LOGIN, Map.of());
      Files.createDirectories(alice.file("."));
      int port = quay.process().sshPort();
      String user = System.getProperty("user.name");
      List<BenchSide> sides =
          List.of(
              new BenchSide(
                  LOGIN,
                  client(port, LOGIN, quay.key()),
                  port,
                  alice.file("."),
                  "",
                  () -> new Processes(quay.process().pids())),
              new BenchSide(
                  user,
                  client(sshd.port(), user, quay.key()),
                  sshd.port(),
                  sshd.files(),
                  sshd.files() + "/",
                  sshd::processes));
      List<BenchRow> rows = BenchRows.prepared(MIB, sides);
      printHead();
      for (BenchRow row : rows) {
        if (ROWS.matcher(row.name()).find()) {
          play(row, sides);
        }
      }
      if (ROWS.matcher("idle").find()) {
        idle(sides, quay.key());
      }
    }
  }

  private OpenSsh client(int port, String login, OpenSshKeys key) {
    return new OpenSsh(port, login, folder.resolve("client-" + port)).withKey(key);
  }

  private static void play(BenchRow row, List<BenchSide> sides) throws Exception {
    double warmedUp = 0;
    for (int round = 0; round < WARM || warmedUp < WARM_SECONDS; round++) {
      warmedUp += playInTurn(row, sides, round).getFirst().seconds();
    }
    List<Run> ours = new ArrayList<>();
    List<Run> theirs = new ArrayList<>();
    for (int round = 0; round < ROUNDS; round++) {
      List<Run> runs = playInTurn(row, sides, round);
      ours.add(runs.getFirst());
      theirs.add(runs.getLast());
    }
    print(row.name(), ours, theirs);
  }

  /** One round, in the order of the sides: who begins changes, so that disturbances harm both. */
  private static List<Run> playInTurn(BenchRow row, List<BenchSide> sides, int round)
      throws Exception {
    Run[] runs = new Run[sides.size()];
    for (int i = 0; i < runs.length; i++) {
      int which = (i + round) % runs.length;
      runs[which] = row.far() ? playFar(row, sides.get(which)) : play(row, sides.get(which));
    }
    return List.of(runs);
  }

  private static Run playFar(BenchRow row, BenchSide side) throws Exception {
    URI server = URI.create("http://127.0.0.1:" + side.port());
    try (DistanceProxy line = DistanceProxy.before(server, ROUND_TRIP, ANY_SPEED)) {
      return play(row, side.by(side.client().with("-o", "Port=" + line.endpoint().getPort())));
    }
  }

  private static Run play(BenchRow row, BenchSide side) throws Exception {
    OpenSsh client = side.client().with(row.options().toArray(String[]::new));
    double cpuBefore = side.cpuSeconds();
    long before = System.nanoTime();
    row.work().run(client, side.home());
    double seconds = (System.nanoTime() - before) / 1e9;
    double cpu = side.cpuSeconds() - cpuBefore;
    row.check().run(side);
    return new Run(seconds, cpu);
  }

  private static void printHead() {
    System.out.printf(
        "%d MiB, %d rounds after %d or %d s, %d processors; a distance of %d ms by a relay%n",
        MIB,
        ROUNDS,
        WARM,
        WARM_SECONDS,
        Runtime.getRuntime().availableProcessors(),
        ROUND_TRIP.toMillis());
    System.out.println(
        "| work | gateway | OpenSSH | speed | gateway's CPU | OpenSSH's CPU | CPU |");
    System.out.println("|---|---|---|---|---|---|---|");
  }

  private static void print(String name, List<Run> ours, List<Run> theirs) {
    double our = median(ours, Run::seconds);
    double their = median(theirs, Run::seconds);
    double ourCpu = median(ours, Run::cpuSeconds);
    double theirCpu = median(theirs, Run::cpuSeconds);
    System.out.printf(
        "| %s | %.2f s | %.2f s | %.2f | %.2f s | %.2f s | %.2f |%n",
        name, our, their, their / our, ourCpu, theirCpu, ourCpu / theirCpu);
  }

  private static double median(List<Run> runs, ToDoubleFunction<Run> figure) {
    double[] sorted = runs.stream().mapToDouble(figure).sorted().toArray();
    return (sorted[(sorted.length - 1) / 2] + sorted[sorted.length / 2]) / 2;
  }

  private static void idle(List<BenchSide> sides, OpenSshKeys key) throws Exception {
    List<Double> bytes = new ArrayList<>();
    for (BenchSide side : sides) {
      try (IdleSessions sessions = new IdleSessions(side, key)) {
        double before = side.processes().get().pssBytes();
        sessions.open(IDLE);
        bytes.add((side.processes().get().pssBytes() - before) / IDLE);
      }
    }
    System.out.printf(
        "%d idle sessions: %.0f KiB each, OpenSSH's %.0f KiB (%.2f)%n",
        IDLE, bytes.getFirst() / 1024, bytes.getLast() / 1024, bytes.getFirst() / bytes.getLast());
  }
}
