package io.quaymaster.ssh.scp;

import io.quaymaster.audit.AuditEvent;
import io.quaymaster.audit.Chronicle;
import io.quaymaster.transfer.Transfer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what it is told. */
final class ToldChronicle implements Chronicle {
  final List<AuditEvent> events = new CopyOnWriteArrayList<>();
  final List<Transfer> transfers = new CopyOnWriteArrayList<>();

  @Override
  public void record(AuditEvent event) {
    events.add(event);
  }

  @Override
  public void record(Transfer transfer) {
    transfers.add(transfer);
  }

  @Override
  public void flush() {}
}
