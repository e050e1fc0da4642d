package io.quaymaster.ssh;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** 100,000 names in one directory: all are listed, and they are never all in memory. */
class LargeDirectoryTest {
  private static final int NAMES = 100_000;

  /** All names with their attributes would be some 40 MiB. */
  private static final long MOST_HELD_BYTES = 12L << 20;

  private static TestGateway gateway;
  private static TestAccount alice;

  @BeforeAll
  static void fill() throws IOException {
    gateway = TestGateway.start();
    alice = gateway.account("alice@acme").create();
    Files.createDirectories(alice.file("many"));
    for (int i = 0; i < NAMES; i++) {
      Files.createFile(alice.file("many/file-with-a-longer-name-" + i));
    }
  }

  @AfterAll
  static void stop() {
    gateway.close();
  }

  @Test
  void everyNameIsListedOnce() {
    try (SftpWire wire = alice.wire()) {
      List<SftpReply.Name> names = wire.list("many");
      Set<String> different = new HashSet<>();
      names.forEach(name -> different.add(name.name()));
      assertThat(names).hasSize(NAMES + 2);
      assertThat(different).hasSize(NAMES + 2).contains(".", "..", "file-with-a-longer-name-99999");
    }
  }

  @Test
  void openSshsClientListsThem() {
    assertThat(alice.openSsh().sftp("ls -1f many").succeeds().output().lines().count())
        .isGreaterThan(NAMES);
  }

  @Test
  void aListingUnderWayHoldsLittle() {
    try (SftpWire wire = alice.wire()) {
      String handle = wire.call(SftpMessage.about(SftpMessage.OPENDIR, "many")).handle();
      long before = heapBytes();
      for (int i = 0; i < 100; i++) {
        assertThat(wire.call(SftpMessage.about(SftpMessage.READDIR, handle)).names()).isNotEmpty();
      }
      assertThat(heapBytes() - before).isLessThan(MOST_HELD_BYTES);
    }
  }

  @Test
  void aHundredRequestsAtOnceHoldLittleAndAreAllAnswered() {
    try (SftpWire wire = alice.wire()) {
      String handle = wire.call(SftpMessage.about(SftpMessage.OPENDIR, "many")).handle();
      long before = heapBytes();
      for (int i = 0; i < 100; i++) {
        wire.send(SftpMessage.about(SftpMessage.READDIR, handle));
      }
      assertThat(heapBytes() - before).isLessThan(MOST_HELD_BYTES);
      List<Integer> sizes = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        sizes.add(wire.receive().names().size());
      }
      assertThat(sizes).hasSize(100).allMatch(size -> size > 10);
    }
  }

  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
