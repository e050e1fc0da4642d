package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** The rows of the benchmark, and the files that they need on either side. */
final class BenchRows {
  private static final int SMALL_FILES = 1000;
  private static final int SMALL_BYTES = 4096;
  private static final int MANY_ENTRIES = 100_000;
  private static final int LISTINGS = 20;
  private static final int LOGINS = 40;

  private static final List<String> AES_GCM = ciphers("aes128-gcm@openssh.com");
  private static final List<String> CHACHA = ciphers("chacha20-poly1305@openssh.com");
  private static final List<String> AES_CTR =
      List.of("-o", "Ciphers=aes256-ctr", "-o", "MACs=hmac-sha2-256-etm@openssh.com");

  /** What most clients that never heard of any setting take: of OpenSSH 9 that is ChaCha20. */
  private static final List<String> DEFAULT = List.of();

  private final int mebibytes;
  private final List<BenchRow> rows = new ArrayList<>();

  private BenchRows(int mebibytes) {
    this.mebibytes = mebibytes;
  }

  private static List<String> ciphers(String name) {
    return List.of("-o", "Ciphers=" + name);
  }

  /**
   * All rows, with their files in place.
   *
   * @param mebibytes size of the large file
   */
  static List<BenchRow> prepared(int mebibytes, List<BenchSide> sides) throws IOException {
    BenchRows all = new BenchRows(mebibytes);
    for (BenchSide side : sides) {
      all.prepare(side);
    }
    all.bulk("aes128-gcm", AES_GCM);
    all.bulk("chacha20-poly1305", CHACHA);
    all.bulk("aes256-ctr, hmac-sha2-256-etm", AES_CTR);
    all.manyAtOnce(4);
    all.manyAtOnce(16);
    all.scp();
    all.smallFiles();
    all.listings();
    all.logins();
    all.farAway();
    return all.rows;
  }

  private void prepare(BenchSide side) throws IOException {
    large(side.client().local("big"), mebibytes);
    large(side.client().local("part"), mebibytes / 4);
    Files.copy(side.client().local("big"), side.files().resolve("stored"));
    Files.copy(side.client().local("part"), side.files().resolve("part-stored"));
    Files.createDirectories(side.client().local("small"));
    Path small = Files.createDirectories(side.files().resolve("small-stored"));
    for (int i = 0; i < SMALL_FILES; i++) {
      Files.copy(side.client().write("small/" + small(i), SMALL_BYTES), small.resolve(small(i)));
    }
    empty(side.files().resolve("thousand"), SMALL_FILES);
    empty(side.files().resolve("many"), MANY_ENTRIES);
  }

  /** The same bytes each time. */
  private static void large(Path file, int mebibytes) throws IOException {
    Random random = new Random(mebibytes);
    byte[] piece = new byte[1 << 20];
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < mebibytes; i++) {
        random.nextBytes(piece);
        out.write(piece);
      }
    }
  }

  private static void empty(Path directory, int files) throws IOException {
    Files.createDirectories(directory);
    for (int i = 0; i < files; i++) {
      Files.createFile(directory.resolve("file-%06d".formatted(i)));
    }
  }

  private static String small(int i) {
    return "file-%04d".formatted(i);
  }

  private void bulk(String name, List<String> options) {
    rows.add(
        new BenchRow(
            "up, " + name,
            options,
            (client, _) -> client.sftp("put big up").succeeds(),
            side -> arrived(side, "up", "big")));
    rows.add(
        new BenchRow(
            "down, " + name,
            options,
            (client, _) -> client.sftp("get stored down").succeeds(),
            side -> cameBack(side, "big")));
  }

  private void manyAtOnce(int uploads) {
    rows.add(
        new BenchRow(
            uploads + " uploads at once, aes128-gcm",
            AES_GCM,
            (client, _) -> uploadAtOnce(client, uploads),
            side -> {
              for (int i = 0; i < uploads; i++) {
                arrived(side, "up-" + i, "part");
              }
            }));
  }

  private static void uploadAtOnce(OpenSsh client, int uploads) {
    List<Upload> running = new ArrayList<>();
    for (int i = 0; i < uploads; i++) {
      running.add(Upload.begin(client, "put part up-" + i));
    }
    running.forEach(Upload::succeeds);
  }

  private void scp() {
    rows.add(
        new BenchRow(
            "scp -O up, aes128-gcm",
            AES_GCM,
            (client, home) -> client.scp("-O", "big", "quay:" + home + "up").succeeds(),
            side -> arrived(side, "up", "big")));
    rows.add(
        new BenchRow(
            "scp -O down, aes128-gcm",
            AES_GCM,
            (client, home) -> client.scp("-O", "quay:" + home + "stored", "down").succeeds(),
            side -> cameBack(side, "big")));
  }

  private void smallFiles() {
    rows.add(
        new BenchRow(
            "put 1,000 files of 4 KiB",
            DEFAULT,
            (client, _) -> client.sftp("put -r small arrived").succeeds(),
            side -> {
              isSmall(side, side.files().resolve("arrived"));
              side.client().sftp("rm arrived/*", "rmdir arrived").succeeds();
            }));
    rows.add(
        new BenchRow(
            "get 1,000 files of 4 KiB",
            DEFAULT,
            (client, _) -> client.sftp("get -r small-stored back").succeeds(),
            side -> {
              Path back = side.client().local("back");
              isSmall(side, back);
              for (int i = 0; i < SMALL_FILES; i++) {
                Files.delete(back.resolve(small(i)));
              }
              Files.delete(back);
            }));
  }

  private static void isSmall(BenchSide side, Path there) throws IOException {
    for (int i = 0; i < SMALL_FILES; i++) {
      isSame(there.resolve(small(i)), side.client().local("small/" + small(i)));
    }
  }

  private void listings() {
    rows.add(
        new BenchRow(
            LISTINGS + " × ls -l of 1,000 entries",
            DEFAULT,
            (client, _) -> list(client, "thousand", LISTINGS, SMALL_FILES),
            _ -> {}));
    rows.add(
        new BenchRow(
            "ls -l of 100,000 entries",
            DEFAULT,
            (client, _) -> list(client, "many", 1, MANY_ENTRIES),
            _ -> {}));
  }

  private static void list(OpenSsh client, String directory, int times, int entries) {
    List<String> commands = Collections.nCopies(times, "ls -l " + directory);
    String listed = client.sftp(commands.toArray(String[]::new)).succeeds().output();
    assertThat(listed.lines().filter(line -> line.contains("file-")).count())
        .isEqualTo((long) times * entries);
  }

  private void logins() {
    rows.add(
        new BenchRow(
            LOGINS + " logins by key",
            DEFAULT,
            (client, _) -> {
              for (int i = 0; i < LOGINS; i++) {
                client.sftp("pwd").succeeds();
              }
            },
            _ -> {}));
  }

  private void farAway() {
    rows.add(
        new BenchRow(
            "up, 50 ms round trip, aes128-gcm",
            AES_GCM,
            true,
            (client, _) -> client.sftp("put part up").succeeds(),
            side -> arrived(side, "up", "part")));
    rows.add(
        new BenchRow(
            "down, 50 ms round trip, aes128-gcm",
            AES_GCM,
            true,
            (client, _) -> client.sftp("get part-stored down").succeeds(),
            side -> cameBack(side, "part")));
  }

  private static void arrived(BenchSide side, String name, String original) throws IOException {
    isSame(side.files().resolve(name), side.client().local(original));
    side.client().sftp("rm " + name).succeeds();
  }

  private static void cameBack(BenchSide side, String original) throws IOException {
    Path file = side.client().local("down");
    isSame(file, side.client().local(original));
    Files.delete(file);
  }

  private static void isSame(Path file, Path original) throws IOException {
    assertThat(Files.mismatch(file, original)).as(file.toString()).isEqualTo(-1);
  }
}
