package io.quaymaster.ssh.scp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.files.ByteText;
import io.quaymaster.transfer.Transfer;
import io.quaymaster.transfer.Transfer.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Clients that are no scp. */
@Timeout(60)
class ScpRawSinkTest {
  @TempDir Path folder;
  private ScpTestServer server;
  private Path in;

  @BeforeEach
  void start() throws Exception {
    server = new ScpTestServer(folder);
    in = Files.createDirectory(server.home.resolve("in"));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  private List<String> everything() throws Exception {
    try (var files = Files.walk(folder)) {
      return files.map(Path::toString).filter(path -> !path.contains("journal")).sorted().toList();
    }
  }

  private static List<String> hostile() {
    return List.of(
        "C0644 1 ../x\n",
        "C0644 1 /abs\n",
        "C0644 1 a/b\n",
        "C0644 1 .\n",
        "C0644 1 ..\n",
        "C0644 1 \n",
        "C0644 1 a\0b\n",
        "D0755 0 ..\n",
        "D0755 0 .\n",
        "D0755 0 ../x\n",
        "D0755 0 /x\n",
        "C0644 -1 x\n",
        "C0644 99999999999999999999 x\n",
        "C0888 1 x\n",
        "C644 1 x\n",
        "C06440 1 x\n",
        "C0644 1x\n",
        "C-644 1 x\n",
        "E\n",
        "\n",
        "garbage\n",
        "T1 0 1\n",
        "T-1 0 1 0\n",
        "T1 1000000 1 0\n",
        "C0644 1 " + "x".repeat(ScpLimits.RECORD_BYTES) + "\n",
        "A".repeat(5000));
  }

  @Test
  void endsWhenARecordIsNone() throws Exception {
    List<String> before = everything();
    for (String record : hostile()) {
      try (RawScp scp = new RawScp(server, "scp -r -t in")) {
        scp.expectOk().send(record);
        assertThat(scp.answer())
            .as(ByteText.shown(record))
            .startsWith("scp: ")
            .containsAnyOf("protocol error: ", "unexpected filename: ");
        assertThat(scp.expectExit(1)).isEmpty();
      }
      assertThat(everything()).as(ByteText.shown(record)).isEqualTo(before);
    }
    assertThat(server.usedBytes()).isZero();
  }

  @Test
  void survivesRandomRecords() throws Exception {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    String[] pieces = {
      "C", "D", "E", "T", "0644", "0755", " ", "0", "1", "3", "x", "\n", "\1", "\2", "\0", "..", "/"
    };
    List<String> before = outside();
    for (int run = 0; run < 15; run++) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < 60; i++) {
        text.append(pieces[random.nextInt(pieces.length)]);
      }
      try (RawScp scp = new RawScp(server, "scp -rp -t in")) {
        scp.expectOk().send(text.toString()).end();
        scp.expectExit(1);
      }
    }
    assertThat(outside()).as("seed %d", seed).isEqualTo(before);
  }

  private List<String> outside() throws Exception {
    return everything().stream().filter(path -> !path.startsWith(in + "/")).toList();
  }

  @Test
  void refusesADirectoryWithoutRecursion() throws Exception {
    try (RawScp scp = new RawScp(server, "scp -t in")) {
      scp.expectOk().send("D0755 0 d\n");
      assertThat(scp.answer()).isEqualTo("scp: protocol error: received directory without -r");
      scp.expectExit(1);
    }
    assertThat(in.resolve("d")).doesNotExist();
  }

  @Test
  void goesOnAfterANameThatIsTooLong() throws Exception {
    try (RawScp scp = new RawScp(server, "scp -t in")) {
      scp.expectOk().send("C0644 1 " + "x".repeat(256) + "\n");
      assertThat(scp.answer()).endsWith(": File name too long");
      scp.send("C0644 1 y\n").expectOk().send("1\0").expectOk().end();
      scp.expectExit(1);
    }
    assertThat(in.resolve("y")).hasContent("1");
  }

  @Test
  void keepsItsMessagesShortEnoughForClients() throws Exception {
    try (RawScp scp = new RawScp(server, "scp -t " + "d/".repeat(1000) + "\u00e9/".repeat(800))) {
      scp.expectOk().send("C0644 1 x\n");
      assertThat(scp.answer().length()).isLessThan(2040);
      scp.end().expectExit(1);
    }
  }

  @Test
  void refusesWhatDoesNotFitBeforeItIsSent() throws Exception {
    server.limitBytes(10);
    try (RawScp scp = new RawScp(server, "scp -t in")) {
      scp.expectOk().send("C0644 11 x\n");
      assertThat(scp.answer()).startsWith("scp: in/x: QUOTA_BYTES: ");
      scp.send("C0644 10 y\n").expectOk().send("0123456789\0").expectOk().end();
      scp.expectExit(1);
    }
    assertThat(in.resolve("y")).hasContent("0123456789");
    assertThat(server.usedBytes()).isEqualTo(10);
    assertThat(server.chronicle.transfers)
        .extracting(Transfer::outcome)
        .containsExactly(Outcome.FAILED, Outcome.COMPLETED);
  }

  @Test
  void refusesToPutADirectoryWhereAFileIs() throws Exception {
    Files.writeString(in.resolve("f"), "f");
    try (RawScp scp = new RawScp(server, "scp -r -t in")) {
      scp.expectOk().send("D0755 0 f\n");
      assertThat(scp.answer()).isEqualTo("scp: in/f: Not a directory");
      scp.send("C0644 1 g\n").expectOk().send("1\0").expectOk().end();
      scp.expectExit(1);
    }
    assertThat(in.resolve("g")).hasContent("1");
  }

  @Test
  void takesTheClientsComplaints() throws Exception {
    try (RawScp scp = new RawScp(server, "scp -t in")) {
      scp.expectOk().send("\1scp: a: No such file or directory\n");
      scp.send("C0644 1 b\n").expectOk().send("1\0").expectOk().end();
      assertThat(scp.expectExit(1)).isEmpty();
    }
    try (RawScp scp = new RawScp(server, "scp -t in")) {
      scp.expectOk().send("\2fatal\n");
      assertThat(scp.expectExit(1)).isEmpty();
    }
    assertThat(in.resolve("b")).hasContent("1");
  }

  @Test
  void tellsAFileThatTheClientCouldNotReadAsFailed() throws Exception {
    try (RawScp scp = new RawScp(server, "scp -t in")) {
      scp.expectOk().send("C0644 3 x\n").expectOk().send("a\0\0\1scp: x: Input/output error\n");
      scp.expectOk().end();
      scp.expectExit(1);
    }
    assertThat(onlyTransfer().outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void setsADirectorysTimesAtItsEnd() throws Exception {
    try (RawScp scp = new RawScp(server, "scp -r -t in")) {
      scp.expectOk().send("T1000000000 0 1100000000 0\n").expectOk().send("D0700 0 d\n").expectOk();
      scp.send("C0644 1 f\n").expectOk().send("1\0").expectOk();
      assertThat(Files.getLastModifiedTime(in.resolve("d")).toMillis())
          .isGreaterThan(1_500_000_000_000L);
      scp.send("E\n").expectOk().end();
      assertThat(scp.expectExit(0)).isEmpty();
    }
    assertThat(Files.getLastModifiedTime(in.resolve("d")).toMillis()).isEqualTo(1_000_000_000_000L);
  }

  private Transfer onlyTransfer() {
    await().until(() -> !server.chronicle.transfers.isEmpty());
    assertThat(server.chronicle.transfers).hasSize(1);
    return server.chronicle.transfers.getFirst();
  }

  @Test
  void keepsWhatCameBeforeADisconnect() throws Exception {
    try (RawScp scp = new RawScp(server, "scp -t in")) {
      scp.expectOk().send("C0644 100000 x\n").expectOk().send(new byte[50_000]);
      await().until(() -> Files.size(in.resolve("x")) == 50_000);
      scp.vanish();
      assertThat(onlyTransfer().outcome()).isEqualTo(Outcome.ABORTED);
    }
    assertThat(in.resolve("x")).hasSize(50_000);
    assertThat(server.usedBytes()).isEqualTo(50_000);
  }

  @Test
  void leavesTheRestOfAnOlderFileAfterADisconnect() throws Exception {
    Files.writeString(in.resolve("x"), "o".repeat(80));
    try (RawScp scp = new RawScp(server, "scp -t in")) {
      scp.expectOk().send("C0644 60 x\n").expectOk().send("n".repeat(10));
      await().until(() -> Files.readString(in.resolve("x")).startsWith("n"));
      scp.vanish();
      assertThat(onlyTransfer().outcome()).isEqualTo(Outcome.ABORTED);
    }
    assertThat(in.resolve("x")).hasContent("n".repeat(10) + "o".repeat(70));
  }

  @Test
  void saysSoWhenTheClientStopsInAFile() throws Exception {
    try (RawScp scp = new RawScp(server, "scp -t in")) {
      scp.expectOk().send("C0644 100 x\n").expectOk().send("n".repeat(10)).end();
      assertThat(scp.answer()).isEqualTo("scp: lost connection");
      scp.expectExit(1);
    }
    assertThat(onlyTransfer().outcome()).isEqualTo(Outcome.ABORTED);
  }

  @Test
  void announcesAndAbandonsAFileBeyond32Bits() throws Exception {
    try (RawScp scp = new RawScp(server, "scp -t in")) {
      scp.expectOk().send("C0644 5000000000 x\n").expectOk().send("abc").end();
      assertThat(scp.answer()).isEqualTo("scp: lost connection");
    }
    assertThat(in.resolve("x")).hasContent("abc");
    await().until(() -> server.usedBytes() == 3);
  }

  @Test
  void refusesALineInASentenceOnTheStandardError() throws Exception {
    String[] lines = {
      "id",
      "scp -t x; id",
      "scp -f `id`",
      "LD_PRELOAD=x scp -t x",
      "scp -S sh -t x",
      "scp -t",
      "sh -c 'scp -t x'",
      "scp -t 'x",
    };
    for (String line : lines) {
      try (RawScp scp = new RawScp(server, line)) {
        assertThat(scp.expectExit(1)).as(line).isEmpty();
        assertThat(scp.errors()).as(line).endsWith(".\r\n");
      }
    }
  }
}
