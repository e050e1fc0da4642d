package io.quaymaster.ssh.scp;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.access.Permission;
import io.quaymaster.access.Protocol;
import io.quaymaster.audit.AuditEvent;
import io.quaymaster.transfer.Transfer;
import io.quaymaster.transfer.Transfer.Direction;
import io.quaymaster.transfer.Transfer.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The client that people have: OpenSSH's {@code scp -O}. */
@Timeout(120)
class ScpClientTest {
  @TempDir Path folder;
  private ScpTestServer server;
  private Path local;

  @BeforeEach
  void start() throws Exception {
    server = new ScpTestServer(folder);
    local = Files.createDirectory(folder.resolve("local"));
  }

  @AfterEach
  void stop() throws Exception {
    server.close();
  }

  /**
   * @param arguments shell text, {@code REMOTE} standing for the account
   */
  private Shell scp(String arguments) throws Exception {
    String options =
        "-O -F /dev/null -P %d -i %s -o IdentitiesOnly=yes -o BatchMode=yes -o LogLevel=ERROR"
            .formatted(server.port(), Shell.quote(server.key.toString()));
    String hostKey = " -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null ";
    return Shell.run(
        local,
        "exec scp " + options + hostKey + arguments.replace("REMOTE", "alice@acme@127.0.0.1"));
  }

  private void succeeds(String arguments) throws Exception {
    assertThat(scp(arguments)).isEqualTo(new Shell(0, "", ""));
  }

  private Path localFile(String name, String content) throws Exception {
    return Files.writeString(local.resolve(name), content);
  }

  private Path remoteFile(String name, String content) throws Exception {
    Path file = server.home.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, content);
  }

  /** Names, kinds and contents of a tree, in a form that hides no byte. */
  private String tree(Path root) throws Exception {
    Shell shell =
        Shell.run(
            folder,
            "cd "
                + Shell.quote(root.toString())
                + " && find . -type d | sort && find . -type f -exec sha256sum {} + | sort");
    assertThat(shell.status()).isZero();
    return shell.out();
  }

  private Transfer onlyTransfer() {
    assertThat(server.chronicle.transfers).hasSize(1);
    return server.chronicle.transfers.getFirst();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 32767, 32768, 32769, 64 << 20})
  void movesFilesOfEverySizeBothWays(int size) throws Exception {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    Files.write(local.resolve("up"), bytes);

    succeeds("up REMOTE:file");
    assertThat(Files.mismatch(local.resolve("up"), server.home.resolve("file"))).isEqualTo(-1);
    assertThat(server.usedBytes()).isEqualTo(size);
    Transfer upload = onlyTransfer();
    assertThat(upload.protocol()).isEqualTo(Protocol.SCP);
    assertThat(upload.direction()).isEqualTo(Direction.UPLOAD);
    assertThat(upload.outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(upload.bytes()).isEqualTo(size);

    server.chronicle.transfers.clear();
    succeeds("REMOTE:file down");
    assertThat(Files.mismatch(local.resolve("up"), local.resolve("down"))).isEqualTo(-1);
    Transfer download = onlyTransfer();
    assertThat(download.direction()).isEqualTo(Direction.DOWNLOAD);
    assertThat(download.outcome()).isEqualTo(Outcome.COMPLETED);
    assertThat(download.bytes()).isEqualTo(size);
  }

  @Test
  void movesTreesWithNamesOfAnyBytes() throws Exception {
    Shell made =
        Shell.run(
            local,
            """
            mkdir -p tree/'a b'/"q'uo\\"te" tree/empty/deep tree/.hidden 'tree/$(id)' &&
            cd tree && printf 1 > 'a b/x y' && printf 2 > "a b/q'uo\\"te/f" && printf 3 > .hidden/.f &&
            printf 4 > "$(printf 'not\\377utf8\\201')" && printf 5 > -dash && printf 6 > '*' &&
            printf 7 > 'back\\slash' && printf 8 > "$(printf '\\303\\251')" && : > empty/none &&
            printf 9 > "$(printf '%0255d' 7)" && printf 0 > '; | & `x` $HOME'
            """);
    assertThat(made).isEqualTo(new Shell(0, "", ""));
    succeeds("-r tree REMOTE:");
    assertThat(tree(server.home)).contains("./tree/.hidden/.f").hasLineCount(8 + 11);
    succeeds("-r REMOTE:tree back");
    assertThat(tree(local.resolve("back"))).isEqualTo(tree(local.resolve("tree")));
    assertThat(tree(server.home.resolve("tree"))).isEqualTo(tree(local.resolve("tree")));
    assertThat(server.usedBytes()).isEqualTo(10);
  }

  @Test
  void sendsANameWithALineBreakAsOpenSshDoes() throws Exception {
    remoteFile("dir/a\nb", "x");
    remoteFile("dir/sub\ndir/c", "y");
    succeeds("-r REMOTE:dir .");
    assertThat(local.resolve("dir/a\\^Jb")).hasContent("x");
    assertThat(local.resolve("dir/sub\\^Jdir/c")).hasContent("y");
    succeeds("-T \"REMOTE:'dir/a\nb'\" one");
    assertThat(local.resolve("one")).hasContent("x");
    succeeds("one \"REMOTE:'new\nname'\"");
    assertThat(server.home.resolve("new\nname")).hasContent("x");
  }

  @Test
  void movesNonUtf8NamesOnTheCommandLine() throws Exception {
    localFile("file", "bytes");
    succeeds("file 'REMOTE:\u00ff\u00fe\\ x'");
    succeeds("'REMOTE:\u00ff\u00fe\\ x' again");
    assertThat(local.resolve("again")).hasContent("bytes");
    assertThat(Shell.run(server.home, "cat \"$(printf '\\377\\376 x')\"").out()).isEqualTo("bytes");
  }

  @Test
  void keepsTimesAndModesOnRequest() throws Exception {
    Instant fileTime = Instant.ofEpochSecond(1_000_000_000);
    Instant directoryTime = Instant.ofEpochSecond(1_100_000_000);
    Path directory = Files.createDirectory(local.resolve("d"));
    Path file = Files.writeString(directory.resolve("f"), "x");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rwx"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxrwx-w-"));
    Files.setLastModifiedTime(file, FileTime.from(fileTime));
    Files.setLastModifiedTime(directory, FileTime.from(directoryTime));

    succeeds("-rp d REMOTE:");
    succeeds("-rp REMOTE:d back");
    for (Path root : Set.of(server.home.resolve("d"), local.resolve("back"))) {
      assertThat(Files.getLastModifiedTime(root.resolve("f")).toInstant()).isEqualTo(fileTime);
      assertThat(Files.getLastModifiedTime(root).toInstant()).isEqualTo(directoryTime);
      assertThat(mode(root.resolve("f"))).isEqualTo("rw-rw-rwx");
      assertThat(mode(root)).isEqualTo("rwxrwx-w-");
    }
  }

  private static String mode(Path file) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  @Test
  void takesTheUmaskOffWithoutPreserving() throws Exception {
    Path file = localFile("f", "x");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxrwxrwx"));
    Files.createDirectory(local.resolve("d"));
    Files.setPosixFilePermissions(local.resolve("d"), PosixFilePermissions.fromString("rwxrwxrwx"));
    succeeds("-r f d REMOTE:");
    assertThat(mode(server.home.resolve("f"))).isEqualTo("rwxr-xr-x");
    assertThat(mode(server.home.resolve("d"))).isEqualTo("rwxr-xr-x");
  }

  @Test
  void replacesAndShortensAnExistingFile() throws Exception {
    localFile("long", "0123456789");
    localFile("short", "abc");
    localFile("none", "");
    succeeds("long REMOTE:f");
    succeeds("short REMOTE:f");
    assertThat(server.home.resolve("f")).hasContent("abc");
    assertThat(server.usedBytes()).isEqualTo(3);
    succeeds("none REMOTE:f");
    assertThat(server.home.resolve("f")).isEmptyFile();
    assertThat(server.usedBytes()).isZero();
    assertThat(server.chronicle.transfers).hasSize(3);
  }

  @Test
  void goesOnAfterAMissingSource() throws Exception {
    remoteFile("one", "1");
    remoteFile("two", "2");
    Files.createDirectory(local.resolve("in"));
    Shell shell = scp("-T 'REMOTE:one missing two' in");
    assertThat(shell.status()).isEqualTo(1);
    assertThat(shell.err()).isEqualTo("scp: missing: No such file or directory\n");
    assertThat(local.resolve("in/one")).hasContent("1");
    assertThat(local.resolve("in/two")).hasContent("2");
  }

  @Test
  void saysThatADirectoryIsNoFileWithoutRecursion() throws Exception {
    remoteFile("dir/f", "1");
    Shell shell = scp("REMOTE:dir .");
    assertThat(shell.status()).isEqualTo(1);
    assertThat(shell.err()).isEqualTo("scp: dir: not a regular file\n");
  }

  @Test
  void saysThatTheRootHasNoName() throws Exception {
    remoteFile("f", "1");
    Shell shell = scp("-r REMOTE:. got");
    assertThat(shell.status()).isEqualTo(1);
    assertThat(shell.err()).startsWith("scp: .: has no name to be sent under");
    Files.createDirectory(local.resolve("got"));
    succeeds("-r 'REMOTE:*' got");
    assertThat(local.resolve("got/f")).hasContent("1");
  }

  @Test
  void expandsWildcards() throws Exception {
    for (String name :
        new String[] {
          "a1.txt", "a2.txt", "b.csv", ".hidden.txt", "d1/x.txt", "d2/y.txt", "d2/x.bin"
        }) {
      remoteFile(name, name);
    }
    succeeds("'REMOTE:*.txt' .");
    assertThat(names(local)).containsExactlyInAnyOrder("a1.txt", "a2.txt");
    Path deep = Files.createDirectory(local.resolve("deep"));
    succeeds("-T 'REMOTE:d[!3]/?.txt' deep");
    assertThat(names(deep)).containsExactlyInAnyOrder("x.txt", "y.txt");
    Path all = Files.createDirectory(local.resolve("all"));
    succeeds("-r 'REMOTE:*' all");
    assertThat(names(all)).containsExactlyInAnyOrder("a1.txt", "a2.txt", "b.csv", "d1", "d2");
    Shell none = scp("'REMOTE:*.zip' .");
    assertThat(none.status()).isEqualTo(1);
    assertThat(none.err()).isEqualTo("scp: *.zip: No such file or directory\n");
    succeeds("a1.txt 'REMOTE:d1*'");
    assertThat(server.home.resolve("d1/a1.txt")).hasContent("a1.txt");
    assertThat(scp("a1.txt 'REMOTE:d*'").err()).isEqualTo("scp: ambiguous target\n");
  }

  private static Set<String> names(Path directory) throws Exception {
    try (var files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.startsWith("shell"))
          .collect(Collectors.toSet());
    }
  }

  @Test
  void startsWhereTheAccountStarts() throws Exception {
    Files.createDirectory(server.home.resolve("in"));
    server.startIn("/in");
    localFile("f", "x");
    succeeds("f REMOTE:");
    succeeds("f 'REMOTE:~/g'");
    succeeds("f REMOTE:/h");
    assertThat(server.home.resolve("in/f")).exists();
    assertThat(server.home.resolve("in/g")).exists();
    assertThat(server.home.resolve("h")).exists();
    succeeds("REMOTE:../h back");
  }

  @Test
  void refusesManyFilesForWhatIsNoDirectory() throws Exception {
    localFile("a", "1");
    localFile("b", "2");
    remoteFile("file", "f");
    Shell file = scp("a b REMOTE:file");
    assertThat(file.status()).isEqualTo(1);
    assertThat(file.err()).isEqualTo("scp: file: Not a directory\n");
    assertThat(scp("a b REMOTE:nowhere").err())
        .isEqualTo("scp: nowhere: No such file or directory\n");
    assertThat(server.home.resolve("file")).hasContent("f");
  }

  @Test
  void fillsAQuotaToTheLastByteAndNoFurther() throws Exception {
    server.limitBytes(100_000);
    localFile("exact", "x".repeat(100_000));
    localFile("one", "1");
    succeeds("exact REMOTE:");
    assertThat(server.usedBytes()).isEqualTo(100_000);
    Shell shell = scp("one REMOTE:");
    assertThat(shell.status()).isEqualTo(1);
    AuditEvent told = server.chronicle.events.getLast();
    assertThat(told.code()).isEqualTo("QUOTA_BYTES");
    assertThat(shell.err())
        .isEqualTo(
            "scp: ./one: QUOTA_BYTES: this place may hold 100000 bytes, and 100000 are used or being written [%s]\n"
                .formatted(told.correlationId()));
    assertThat(server.usedBytes()).isEqualTo(100_000);
    succeeds("exact REMOTE:exact");
  }

  @Test
  void goesOnAfterAFileThatDoesNotFit() throws Exception {
    server.limitBytes(3_000_000);
    Files.write(local.resolve("big"), new byte[5_000_000]);
    localFile("small", "fits");
    Shell shell = scp("big small REMOTE:");
    assertThat(shell.status()).isEqualTo(1);
    assertThat(shell.err())
        .containsOnlyOnce("QUOTA_BYTES")
        .contains("./big")
        .doesNotContain("small");
    assertThat(server.home.resolve("small")).hasContent("fits");
    assertThat(server.usedBytes()).isEqualTo(Files.size(server.home.resolve("big")) + 4);
    assertThat(server.chronicle.transfers).hasSize(2);
    Transfer failed = server.chronicle.transfers.getFirst();
    assertThat(failed.outcome()).isEqualTo(Outcome.FAILED);
    assertThat(failed.code()).isEqualTo("QUOTA_BYTES");
    assertThat(server.chronicle.transfers.getLast().outcome()).isEqualTo(Outcome.COMPLETED);
  }

  @Test
  void refusesAFileThatIsTooLargeBeforeItIsSent() throws Exception {
    server.limitFilesTo(1000);
    localFile("large", "x".repeat(1001));
    localFile("right", "x".repeat(1000));
    Shell shell = scp("large right REMOTE:");
    assertThat(shell.status()).isEqualTo(1);
    assertThat(shell.err())
        .startsWith("scp: ./large: FILE_TOO_LARGE: a file may have 1000 bytes here, not 1001 [");
    assertThat(server.home.resolve("large")).doesNotExist();
    assertThat(server.home.resolve("right")).hasSize(1000);
  }

  @Test
  void obeysThePolicy() throws Exception {
    localFile("f", "x");
    remoteFile("there", "x");
    server.makeReadOnly();
    assertThat(scp("f REMOTE:").err())
        .startsWith("scp: ./f: READ_ONLY: this account is read-only [");
    succeeds("REMOTE:there down");

    Set<Permission> noReading = EnumSet.complementOf(EnumSet.of(Permission.READ));
    server.allow(noReading);
    Shell shell = scp("REMOTE:there again");
    assertThat(shell.status()).isEqualTo(1);
    assertThat(shell.err())
        .startsWith("scp: there: Permission denied (NOT_PERMITTED: ")
        .endsWith("])\n");

    server.allow(EnumSet.of(Permission.LIST, Permission.CREATE));
    succeeds("f REMOTE:new");
    Shell times = scp("-p f REMOTE:other");
    assertThat(times.err()).startsWith("scp: other: Permission denied (NOT_PERMITTED: ");
    assertThat(server.home.resolve("other")).as("what came is kept").hasContent("x");
  }

  @Test
  void followsLinksInsideTheHomeOnly() throws Exception {
    remoteFile("real/f", "inside");
    Files.createSymbolicLink(server.home.resolve("link"), Path.of("/real"));
    Files.createSymbolicLink(server.home.resolve("out"), Path.of("../id_ecdsa"));
    Files.createSymbolicLink(server.home.resolve("up"), folder.resolve("id_ecdsa"));
    succeeds("-r REMOTE:link got");
    assertThat(local.resolve("got/f")).hasContent("inside");
    assertThat(scp("REMOTE:out got").err()).isEqualTo("scp: out: No such file or directory\n");
    assertThat(scp("REMOTE:up got").err()).isEqualTo("scp: up: No such file or directory\n");
    localFile("f", "x");
    assertThat(scp("f REMOTE:../../../escaped").status()).isZero();
    assertThat(server.home.resolve("escaped")).exists();
    assertThat(folder.resolve("escaped")).doesNotExist();
  }

  @Test
  void tellsItsRecordsWhenAskedTo() throws Exception {
    localFile("f", "x");
    Shell shell = scp("-v f REMOTE:");
    assertThat(shell.status()).isZero();
    assertThat(shell.err()).contains("Sink: C0644 1 f");
  }
}
