package io.quaymaster.accountfiles;

import io.quaymaster.access.Protocol;
import io.quaymaster.accountfiles.View.Spot;
import io.quaymaster.audit.CorrelationId;
import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import io.quaymaster.login.Grant;
import io.quaymaster.transfer.Transfer;
import io.quaymaster.transfer.Transfer.Direction;
import io.quaymaster.transfer.Transfer.Outcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What the transfer log will say of one open file. Threads: as {@link AccountFile}. */
final class TransferTally {
  private final Instant openedAt;
  private final String correlationId = CorrelationId.next();
  private Protocol protocol = Protocol.SFTP;
  private long bytesRead;
  private long bytesWritten;
  private @Nullable Kind failure;
  private @Nullable Kind spoilt;

  TransferTally(Instant openedAt) {
    this.openedAt = openedAt;
  }

  void protocol(Protocol spoken) {
    protocol = spoken;
  }

  String correlationId() {
    return correlationId;
  }

  void read(long bytes) {
    bytesRead += bytes;
  }

  void wrote(long bytes) {
    bytesWritten += bytes;
  }

  /** The first failure is the one that the log names. */
  FileFailure noted(FileFailure failed) {
    if (failure == null) {
      failure = failed.kind();
    }
    return failed;
  }

  /**
   * As {@link #noted}, of something that the file should have and does not. A request that makes no
   * sense takes nothing from it.
   */
  FileFailure spoiltBy(FileFailure failed) {
    if (spoilt == null && failed.kind() != Kind.INVALID_ARGUMENT) {
      spoilt = failed.kind();
    }
    return noted(failed);
  }

  /** Why the file is not as the client wanted it; null if it is. */
  @Nullable Kind spoilt() {
    return spoilt;
  }

  /**
   * What was moved: one line a direction.
   *
   * @param outcome if nothing failed
   */
  List<Transfer> transfers(
      Grant grant, Spot spot, OpenRequest request, boolean created, Outcome outcome, Instant now) {
    boolean uploaded =
        bytesWritten > 0
            || created
            || (request.write() && request.truncate())
            || (request.write() && failure != null);
    boolean downloaded = bytesRead > 0 || !request.changes();
    Outcome end = failure == null ? outcome : Outcome.FAILED;
    List<Transfer> moved = new ArrayList<>();
    if (uploaded) {
      moved.add(transfer(grant, spot, Direction.UPLOAD, bytesWritten, end, now));
    }
    if (downloaded) {
      moved.add(transfer(grant, spot, Direction.DOWNLOAD, bytesRead, end, now));
    }
    return moved;
  }

  private Transfer transfer(
      Grant grant, Spot spot, Direction direction, long bytes, Outcome outcome, Instant now) {
    return new Transfer(
        UUID.randomUUID(),
        grant.tenant(),
        grant.username(),
        grant.sessionId(),
        grant.source(),
        protocol,
        direction,
        spot.part().home().storeName(),
        spot.path().toString(),
        bytes,
        outcome,
        failure == null ? null : failure.name(),
        correlationId,
        openedAt,
        now);
  }
}
