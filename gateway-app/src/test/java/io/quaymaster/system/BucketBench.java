package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.storage.s3.DistanceProxy;
import io.quaymaster.storage.s3.S3Server;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * How long a file takes to a bucket and back: with OpenSSH's {@code sftp} through the gateway, and
 * with the SDK straight to the same server, in turn. Once with the server beside the gateway, once
 * at a distance; and for what SFTP itself costs, to a local disk. No test of the suite: {@code
 * bench/s3.sh} runs it. {@code -Dbench.mib} is the size of the file, {@code -Dbench.rounds} how
 * often.
 */
class BucketBench {
  private static final int MIB = Integer.getInteger("bench.mib", 1024);
  private static final int ROUNDS = Integer.getInteger("bench.rounds", 5);
  private static final Duration ROUND_TRIP = Duration.ofMillis(10);
  private static final long BYTES_PER_SECOND = 60_000_000;

  /** That of the benchmarks beside OpenSSH's server. */
  private static final String CIPHER = "aes128-gcm@openssh.com";

  private final S3Server server = S3Server.shared();
  private final String bucket = server.newBucket();
  private final List<Row> rows = new ArrayList<>();

  @TempDir Path folder;

  /** Something that is timed. */
  @FunctionalInterface
  private interface Work {
    void run() throws Exception;
  }

  /**
   * An account with the file in its folder, and the same place without a gateway, if it has one.
   */
  private record Place(String name, OpenSsh client, @Nullable StraightToBucket straight) {}

  /**
   * One transfer through the gateway, and the same straight.
   *
   * @param what which way to where
   * @param seconds through the gateway
   * @param cpu of the gateway, in seconds per GiB
   * @param once seconds in one request, or zero
   * @param split seconds over several connections, or zero
   */
  private record Row(
      String what, boolean warm, double seconds, double cpu, double once, double split) {
    @Override
    public String toString() {
      String gateway =
          "%s %-10s %6.2f s, gateway's CPU %.2f s/GiB"
              .formatted(warm ? "warm" : "cold", what, seconds, cpu);
      return once == 0
          ? gateway
          : gateway
              + "; SDK %.2f s (%.2f), over three connections %.2f s (%.2f)"
                  .formatted(once, once / seconds, split, split / seconds);
    }
  }

  @Test
  void upAndDown() throws Exception {
    try (Quay quay = Quay.start(folder);
        DistanceProxy line = DistanceProxy.before(server.endpoint(), ROUND_TRIP, BYTES_PER_SECOND);
        S3Client overLine = server.client(line.endpoint())) {
      Partner alice = BucketIT.partnerOf(quay, server, bucket);
      BucketIT.store(quay, "far", server, line.endpoint(), server.newBucket());
      Partner bob = quay.partner("bob@acme", Map.of("home", Map.of("store", "far", "path", "bob")));
      Partner carol = quay.partner("carol@acme", Map.of());
      List<Place> places =
          List.of(
              new Place("near", clientOf(alice), new StraightToBucket(server.client(), bucket)),
              new Place("far", clientOf(bob), new StraightToBucket(overLine, bucket)),
              new Place("disk", clientOf(carol), null));
      Path big = places.getFirst().client().write("big", MIB << 20);
      for (Place other : places.subList(1, places.size())) {
        Files.createLink(other.client().local("big"), big);
      }
      for (int round = 0; round <= ROUNDS; round++) {
        for (Place place : places) {
          upAndDown(quay, place, round > 0);
        }
      }
    }
    print();
  }

  private static OpenSsh clientOf(Partner partner) {
    return partner.openSsh().with("-o", "Ciphers=" + CIPHER);
  }

  private void upAndDown(Quay quay, Place place, boolean warm) throws Exception {
    OpenSsh client = place.client();
    StraightToBucket straight = place.straight();
    Path big = client.local("big");
    Path back = client.local("back");
    rows.add(
        row(
            quay,
            place.name() + " up",
            warm,
            () -> client.sftp("put big").succeeds(),
            straight == null ? null : () -> straight.put(big),
            straight == null ? null : () -> straight.putInParts(big)));
    rows.add(
        row(
            quay,
            place.name() + " down",
            warm,
            () -> client.sftp("get big back").succeeds(),
            straight == null ? null : () -> straight.get(folder.resolve("once")),
            straight == null
                ? null
                : () -> straight.getInRanges(folder.resolve("split"), Files.size(big))));
    assertThat(Files.mismatch(back, big)).isEqualTo(-1);
    for (Path copy : List.of(back, folder.resolve("once"), folder.resolve("split"))) {
      Files.deleteIfExists(copy);
    }
  }

  private static Row row(
      Quay quay, String what, boolean warm, Work gateway, @Nullable Work once, @Nullable Work split)
      throws Exception {
    double cpuBefore = cpuSeconds(quay);
    double seconds = seconds(gateway);
    double cpu = (cpuSeconds(quay) - cpuBefore) * 1024 / MIB;
    return new Row(
        what,
        warm,
        seconds,
        cpu,
        once == null ? 0 : seconds(once),
        split == null ? 0 : seconds(split));
  }

  /** Of the gateway's process alone; its database is another one. */
  private static double cpuSeconds(Quay quay) {
    return ProcessHandle.of(quay.process().pid()).orElseThrow().info().totalCpuDuration().stream()
        .mapToDouble(used -> used.toNanos() / 1e9)
        .sum();
  }

  private static double seconds(Work work) throws Exception {
    long before = System.nanoTime();
    work.run();
    return (System.nanoTime() - before) / 1e9;
  }

  private void print() {
    System.out.printf(
        "%d MiB, %d processors for all; (speed beside the SDK's, and with its three connections);"
            + " far: %d ms and %d MB/s for each connection%n",
        MIB,
        Runtime.getRuntime().availableProcessors(),
        ROUND_TRIP.toMillis(),
        BYTES_PER_SECOND / 1_000_000);
    rows.forEach(System.out::println);
    rows.stream().map(Row::what).distinct().forEach(this::printMedian);
  }

  private void printMedian(String what) {
    String gateway =
        "median %-10s %6.2f s, gateway's CPU %.2f s/GiB"
            .formatted(what, median(what, Row::seconds), median(what, Row::cpu));
    double besideOne = median(what, row -> row.once() / row.seconds());
    double besideThree = median(what, row -> row.split() / row.seconds());
    System.out.println(
        besideOne == 0
            ? gateway
            : gateway
                + "; beside the SDK %.2f, over three connections %.2f"
                    .formatted(besideOne, besideThree));
  }

  private double median(String what, ToDoubleFunction<Row> figure) {
    double[] sorted = warm(what).mapToDouble(figure).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private Stream<Row> warm(String what) {
    return rows.stream().filter(row -> row.what().equals(what) && row.warm());
  }
}
