package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What can happen to a transfer, to many at once: keys are exchanged after each MiB, windows are
 * used up, some clients read slowly, some vanish, and the gateway stops in the middle of it.
 */
@Timeout(300)
class TransferRacesTest {
  private static final int MIB = 1 << 20;
  private static final int FILE_BYTES = 12 * MIB;
  private static final int VANISHING = 6;

  /** Less than what a client sends ahead: it always waits for the window. */
  private static final GatewayOptions NARROW = GatewayOptions.DEFAULTS.windowBytes(128 << 10);

  private static final String REKEY_OFTEN = "RekeyLimit=1M";

  @Test
  void transfersAreWholeWhileOthersAreSlowAndOthersVanish() throws Exception {
    try (TestGateway gateway = TestGateway.start(NARROW);
        ExecutorService together = Executors.newVirtualThreadPerTaskExecutor()) {
      List<TestAccount> accounts = new ArrayList<>();
      for (String user : List.of("one", "two", "slow", "still", "gone")) {
        accounts.add(gateway.account(user + "@acme").create());
      }
      List<Callable<Void>> all = new ArrayList<>();
      all.add(() -> goesThereAndBack(accounts.get(0), FILE_BYTES));
      all.add(() -> goesThereAndBack(accounts.get(1), FILE_BYTES));
      // In Kbit/s: four MiB take four seconds in each direction.
      all.add(() -> goesThereAndBack(accounts.get(2), 4 * MIB, "-l", "8192"));
      all.add(() -> standsStill(accounts.get(3)));
      all.add(() -> vanishes(accounts.get(4)));
      for (Future<Void> each : together.invokeAll(all)) {
        each.get();
      }
      gateway.comesToRest();
      for (TestAccount account : accounts) {
        assertThat(account.usedBytes()).as(account.login()).isEqualTo(account.storedBytes());
      }
    }
  }

  private static OpenSsh client(TestAccount account) {
    return account.openSsh().with("-o", REKEY_OFTEN);
  }

  private static Void goesThereAndBack(TestAccount account, int bytes, String... options) {
    OpenSsh client = client(account);
    client.write("here", bytes);
    client.sftpWith(List.of(options), "put here there", "get there back").succeeds();
    assertThat(client.local("back")).hasSameBinaryContentAs(client.local("here"));
    return null;
  }

  /** A client that reads nothing for a second in the middle of a download. */
  private static Void standsStill(TestAccount account) throws Exception {
    OpenSsh client = client(account);
    client.write("here", FILE_BYTES);
    client.sftp("put here there").succeeds();
    try (Upload reader = Upload.begin(client, "get there back")) {
      reader.hasBrought(MIB, client.local("back"));
      reader.signal("STOP");
      TimeUnit.SECONDS.sleep(1);
      reader.signal("CONT");
      reader.succeeds();
    }
    assertThat(client.local("back")).hasSameBinaryContentAs(client.local("here"));
    return null;
  }

  private static Void vanishes(TestAccount account) {
    OpenSsh client = client(account);
    client.write("here", FILE_BYTES);
    for (int i = 0; i < VANISHING; i++) {
      try (Upload writer = Upload.begin(client, "put here there-" + i)) {
        writer.hasBrought(MIB, account.file("there-" + i));
      }
    }
    return null;
  }

  @Test
  void stopsInTheMiddleOfTransfers() throws Exception {
    try (TestGateway gateway = TestGateway.start(NARROW)) {
      Map<TestAccount, Path> uploads = new HashMap<>();
      List<Upload> busy = new ArrayList<>();
      for (String user : List.of("up@acme", "up-too@acme", "down@acme")) {
        TestAccount account = gateway.account(user).create();
        OpenSsh client = client(account);
        client.write("here", 4 * FILE_BYTES);
        if (user.startsWith("up")) {
          uploads.put(account, client.local("here"));
          busy.add(Upload.begin(client, "put here there").hasBrought(MIB, account.file("there")));
        } else {
          account.write("there", new byte[4 * FILE_BYTES]);
          busy.add(Upload.begin(client, "get there back").hasBrought(MIB, client.local("back")));
        }
      }
      gateway.stop();
      busy.forEach(Upload::fails);
      gateway.comesToRest();
      for (Map.Entry<TestAccount, Path> upload : uploads.entrySet()) {
        Path there = upload.getKey().file("there");
        long came = Files.size(there);
        assertThat(came).isBetween(0L + MIB, Files.size(upload.getValue()) - 1);
        assertThat(Files.mismatch(there, upload.getValue())).isEqualTo(came);
        assertThat(upload.getKey().usedBytes()).isEqualTo(came);
      }
    }
  }
}
