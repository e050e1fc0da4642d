package io.quaymaster.audit.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.audit.chain.AuditTrail.Part;
import io.quaymaster.refusal.Refusal;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Exports are whole or parts, and each can be verified without the database. */
class ExportTest {
  private ChainStage stage;

  @BeforeEach
  void open() throws Exception {
    stage = ChainStage.open();
  }

  @AfterEach
  void close() {
    stage.close();
  }

  /** When a row of acme was recorded. */
  private Instant recorded(long sequence) {
    return stage
        .jdbc()
        .query(
            "select recorded_at from audit_event where chain = 'acme' and sequence = ?",
            (row, n) -> ChainWriter.instant(row, "recorded_at"),
            sequence)
        .getFirst();
  }

  @Test
  void aPartBeginsWhereItShouldAndGoesOnToACheckpoint() throws Exception {
    for (int i = 0; i < 6; i++) {
      stage.rows(1);
      if (i == 4) {
        stage.sign();
      }
    }
    String part = stage.export(new Part("acme", recorded(2), recorded(4)));

    assertThat(part.lines().filter(l -> l.contains("\"event\""))).hasSize(4);
    Verification found = stage.verifyFile(part);
    assertThat(found.findings()).isEmpty();
    assertThat(found.chains()).containsExactly(new ChainReport("acme", 2, 5, 4, 5, false));
    String edited = part.replace("\"action0\"", "\"action9\"");
    assertThat(stage.verifyFile(edited).found()).isEqualTo(4);
  }

  @Test
  void ofAllTenantsAndOfNoRows() throws Exception {
    stage.tenant("globex");
    stage.rows(2);
    String all = stage.export(new Part(null, null, null));
    assertThat(stage.verifyFile(all).findings()).isEmpty();
    assertThat(stage.verifyFile(all).chains()).hasSize(3);
    Instant never = Instant.now().plus(Duration.ofDays(1));
    assertThat(stage.verifyFile(stage.export(new Part("acme", never, null))).findings()).isEmpty();
    Instant before = Instant.now().minus(Duration.ofDays(1));
    assertThat(stage.verifyFile(stage.export(new Part("acme", null, before))).findings()).isEmpty();
  }

  @Test
  void nothingAtAllIsNoExport() throws Exception {
    assertThat(stage.verifyFile("").isIntact()).isFalse();
    assertThat(stage.verifyFile("{}\n").isIntact()).isFalse();
    assertThat(stage.verifyFile("x".repeat(100) + "\n").isIntact()).isFalse();
    assertThatThrownBy(() -> stage.verifyFile("x".repeat(3 << 20)))
        .hasMessageContaining("a line is longer");
  }

  @Test
  void anUnknownTenantIsNotFound() {
    assertThatThrownBy(() -> stage.export(new Part("no-such", null, null)))
        .isInstanceOf(Refusal.NotFound.class);
  }

  /** A reader that takes nothing holds a turn; who comes when none is left is told so. */
  @Test
  void fewAtOnce() throws Exception {
    stage.rows(1);
    AuditTrail trail = stage.trail();
    CountDownLatch reading = new CountDownLatch(AuditTrail.AT_ONCE);
    CountDownLatch mayGoOn = new CountDownLatch(1);
    OutputStream slow =
        new OutputStream() {
          @Override
          public void write(int b) {
            reading.countDown();
            try {
              mayGoOn.await();
            } catch (InterruptedException ended) {
              Thread.currentThread().interrupt();
            }
          }
        };
    Thread[] readers = new Thread[AuditTrail.AT_ONCE];
    for (int i = 0; i < readers.length; i++) {
      readers[i] = Thread.ofVirtual().start(() -> exportTo(trail, slow));
    }
    assertThat(reading.await(1, TimeUnit.MINUTES)).isTrue();
    try {
      assertThatThrownBy(() -> trail.verify(null)).isInstanceOf(Refusal.Busy.class);
    } finally {
      mayGoOn.countDown();
    }
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(trail.verify(null).isIntact()).isTrue();
  }

  private static void exportTo(AuditTrail trail, OutputStream to) {
    try {
      trail.export(new Part("acme", null, null), () -> to);
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }
}
