package io.quaymaster.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.quaymaster.files.AttributeChange;
import io.quaymaster.files.FileAttributes;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.OpenFile;
import io.quaymaster.quota.LedgerTable.ScopeRow;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.simple.JdbcClient;

/** Which open files are one file. */
class SharedFilesTest {
  /** Never asked. */
  private final JdbcClient jdbc = JdbcClient.create(new PGSimpleDataSource());

  private final LedgerTable table = new LedgerTable(jdbc, UUID.randomUUID());

  private final QuotaLedger ledger =
      new QuotaLedger(
          table,
          new ProcessTable(jdbc, UUID.randomUUID()),
          LedgerSettings.DEFAULTS,
          new Leases(
              table,
              LedgerSettings.DEFAULTS,
              new LedgerMeters(new SimpleMeterRegistry()),
              () -> {},
              scope -> {}));
  private final SharedFiles files = new SharedFiles(ledger);
  private final ScopeLedger scope = new ScopeLedger(new ScopeRow(1, 1, null, null), 0);
  private final Chain chain = new Chain(List.of(scope));

  private static FileAttributes file(long number, int links, long size) {
    return new FileAttributes(
        FileAttributes.Type.FILE, size, 0600, links, 0, 0, new FileAttributes.Identity(1, number));
  }

  private SharedFile join(FileAttributes seen) throws FileFailure {
    SharedFile file = files.joinLocked(1, chain, () -> seen);
    file.lock().unlock();
    return file;
  }

  private Amount freed() {
    Settlement settlement = scope.beginSettling(Duration.ofDays(1), System.nanoTime());
    return Amount.NONE.minus(settlement.usedChange());
  }

  @Test
  void twoHandlesOnOneFileAreOne() throws Exception {
    SharedFile one = join(file(7, 1, 10));
    SharedFile other = join(file(7, 1, 10));
    assertThat(other).isSameAs(one);
    assertThat(join(file(8, 1, 10))).isNotSameAs(one);
    files.leave(one);
    assertThat(join(file(7, 1, 99)).size()).isEqualTo(10);
  }

  @Test
  void aFileThatIsGoneIsNotTheNextOneWithItsNumber() throws Exception {
    SharedFile gone = join(file(7, 1, 10));
    gone.loseLastName();
    assertThat(join(file(7, 0, 10))).isSameAs(gone);

    SharedFile next = join(file(7, 1, 3));

    assertThat(next).isNotSameAs(gone);
    assertThat(next.size()).isEqualTo(3);
    files.leave(gone);
    files.leave(gone);
    assertThat(freed()).isEqualTo(new Amount(10, 0));
    assertThat(join(file(7, 1, 99))).isSameAs(next);
    files.leave(next);
    files.leave(next);
    assertThat(freed()).isEqualTo(new Amount(10, 0));
    assertThat(join(file(7, 1, 99)).size()).isEqualTo(99);
  }

  /** An upload of so many bytes, which is only looked at. */
  private record Upload(FileAttributes attributes) implements OpenFile {
    @Override
    public int read(long offset, ByteBuffer into) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void write(long offset, ByteBuffer from) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void setSize(long sizeBytes) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void setAttributes(AttributeChange change) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void sync() {
      throw new UnsupportedOperationException();
    }

    @Override
    public long copyTo(OpenFile target, long offset, long targetOffset, long length) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException();
    }
  }

  private SharedFile takeOver(FileAttributes kept) throws FileFailure {
    return files.takeOver(1, chain, new Upload(kept));
  }

  @Test
  void whoLostAnUploadCountsNoMore() throws Exception {
    SharedFile lost = takeOver(file(7, 1, 10));
    SharedFile next = takeOver(file(7, 1, 4));
    assertThat(next.size()).isEqualTo(4);
    assertThat(freed()).as("what was not kept").isEqualTo(new Amount(6, 0));
    assertThatThrownBy(() -> lost.growTo(11)).hasMessageContaining("another session");
    lost.settle(file(7, 1, 0));
    files.leave(lost);
    assertThat(files.isOpen(1, file(7, 1, 4).identity())).isTrue();
    next.loseLastName();
    files.leave(next);
    assertThat(freed()).isEqualTo(new Amount(10, 0));
    assertThat(files.isOpen(1, file(7, 1, 4).identity())).isFalse();
  }

  @Test
  void whatIsForgottenIsNotTheNextOfItsIdentity() throws Exception {
    SharedFile published = takeOver(file(7, 1, 10));
    files.forget(published);
    SharedFile next = takeOver(file(7, 1, 0));
    assertThat(next).isNotSameAs(published);
    files.leave(published);
    assertThat(files.isOpen(1, file(7, 1, 0).identity())).isTrue();
    files.leave(next);
    assertThat(freed()).isEqualTo(Amount.NONE);
  }
}
