package io.quaymaster.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.quaymaster.ssh.OpenSsh;
import io.quaymaster.ssh.Upload;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Eight uploads at once that do not all fit, by two accounts under one limit. */
@ExtendWith(SharedQuay.class)
class QuotaEdgeIT {
  private static final int MIB = 1 << 20;
  private static final int SIZE = 4 * MIB + 3;
  private static final long LIMIT = 24L * MIB + 17;

  private static Quay quay;

  @BeforeAll
  static void meet(Quay shared) {
    quay = shared;
  }

  @Test
  void underTheLimitOfTheHomeThatTheyShare() throws Exception {
    quay.tenant("wayne", Map.of());
    Map<String, String> home = Map.of("store", "main", "path", "shared");
    Partner alice =
        quay.partner("alice@wayne", Map.of("home", home, "limits", Map.of("bytes", LIMIT)));
    Partner bob = quay.partner("bob@wayne", Map.of("home", home));

    race("wayne", alice, bob, alice::usage);

    assertThat(bob.usage()).isEqualTo(alice.usage());
  }

  @Test
  void underTheLimitOfTheirTenant() throws Exception {
    quay.tenant("globex", Map.of("bytes", LIMIT));
    Partner alice = quay.partner("alice@globex", Map.of("limits", Map.of("bytes", 2 * LIMIT)));
    Partner bob = quay.partner("bob@globex", Map.of());

    race("globex", alice, bob, () -> quay.tenantUsage("globex"));
  }

  private static void race(String tenant, Partner alice, Partner bob, Supplier<Usage> usage)
      throws Exception {
    List<Partner> who = List.of(alice, bob, alice, bob, alice, bob, alice, bob);
    List<Upload> uploads = new ArrayList<>();
    List<OpenSsh> clients = List.of(alice.openSsh(), bob.openSsh());
    for (int i = 0; i < who.size(); i++) {
      OpenSsh client = clients.get(i % 2);
      client.write("f" + i, SIZE + i);
      uploads.add(Upload.begin(client, "put f" + i));
    }

    List<Usage> seen = new ArrayList<>();
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(30))
        .until(
            () -> {
              assertThat(Usage.onDisk(quay.store(tenant)).bytes()).isLessThanOrEqualTo(LIMIT);
              Usage now = usage.get();
              assertThat(now.bytes() + now.reservedBytes()).isLessThanOrEqualTo(LIMIT);
              seen.add(now);
              return uploads.stream().noneMatch(Upload::isUnderWay);
            });

    assertThat(seen).as("looked at while they were at work").hasSizeGreaterThan(5);
    int fitted = 0;
    for (int i = 0; i < who.size(); i++) {
      if (uploads.get(i).ends(Duration.ofSeconds(5)) == 0) {
        fitted++;
        isWhole(who.get(i), clients.get(i % 2), "f" + i);
      } else {
        assertThat(who.get(i).transferOf("/f" + i).get("code").stringValue())
            .isEqualTo("QUOTA_BYTES");
      }
    }
    assertThat(fitted).isBetween(1, (int) (LIMIT / SIZE));
    quay.isExact(tenant, alice, bob);
    exactlyWhatIsLeftFits(bob, usage);
    quay.isExact(tenant, alice, bob);
  }

  private static void exactlyWhatIsLeftFits(Partner bob, Supplier<Usage> usage) throws Exception {
    OpenSsh client = bob.openSsh();
    client.sftp("-rm f1", "-rm f3", "-rm f5", "-rm f7").succeeds();
    int left = Math.toIntExact(usage.get().leftBytes());
    assertThat(left).isPositive();
    client.write("rest", left);
    client.write("one", 1);

    client.sftp("put rest").succeeds();
    client.sftp("put one").fails("Failure");

    isWhole(bob, client, "rest");
    assertThat(Files.size(bob.file("one"))).isZero();
    assertThat(bob.transferOf("/one").get("code").stringValue()).isEqualTo("QUOTA_BYTES");
    assertThat(usage.get().leftBytes()).isZero();
  }

  private static void isWhole(Partner partner, OpenSsh client, String name) {
    assertThat(OpenSsh.sha256(partner.file(name))).isEqualTo(OpenSsh.sha256(client.local(name)));
  }
}
