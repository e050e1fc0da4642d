package io.quaymaster.audit.chain;

import io.quaymaster.audit.AuditEvent;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A line of the audit log in its place.
 *
 * @param chain a tenant's name; empty for what belongs to none
 * @param sequence from 1 on, without a gap
 * @param recordedAt when it was appended, in microseconds; never before the row before
 * @param hash of this row and all before it
 */
public record ChainedEvent(
    String chain, long sequence, Instant recordedAt, ChainHash hash, AuditEvent event) {
  private static final int VERSION = 1;

  /** The row behind another, or the first. */
  static ChainedEvent after(ChainHead head, Instant recordedAt, AuditEvent event) {
    Instant when = recordedAt.isBefore(head.recordedAt()) ? head.recordedAt() : recordedAt;
    long sequence = head.sequence() + 1;
    AuditEvent told = event.at(event.at().truncatedTo(ChronoUnit.MICROS));
    ChainHash hash = head.hash().then(bytes(head.chain(), sequence, when, told));
    return new ChainedEvent(head.chain(), sequence, when, hash, told);
  }

  /** The hash that it must have behind this one. */
  ChainHash hashAfter(ChainHash before) {
    return before.then(bytes(chain, sequence, recordedAt, event));
  }

  ChainHead asHead() {
    return new ChainHead(chain, sequence, hash, recordedAt);
  }

  private static byte[] bytes(String chain, long sequence, Instant recordedAt, AuditEvent e) {
    return new CanonicalBytes()
        .version(VERSION)
        .text(chain)
        .number(sequence)
        .time(recordedAt)
        .id(e.id())
        .time(e.at())
        .text(e.tenant())
        .text(e.account())
        .text(e.actor())
        .text(e.source())
        .text(e.sessionId())
        .text(e.action())
        .text(e.outcome().wireName())
        .text(e.code())
        .text(e.correlationId())
        .details(e.detail())
        .toBytes();
  }
}
