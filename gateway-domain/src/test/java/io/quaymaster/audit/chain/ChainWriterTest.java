package io.quaymaster.audit.chain;

import static io.quaymaster.audit.chain.ChainStage.event;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.audit.AuditEvent;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataIntegrityViolationException;

/** Lines are appended: by many at once, each once. */
class ChainWriterTest {
  private ChainStage stage;

  @BeforeEach
  void open() throws Exception {
    stage = ChainStage.open();
    stage.tenant("globex");
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private long rows(String chain) {
    return stage
        .jdbc()
        .query(
            "select count(*) from audit_event where chain = ?", (row, n) -> row.getLong(1), chain)
        .getFirst();
  }

  @Test
  void eachTenantHasAChainAndStrangersShareOne() {
    stage.append(
        List.of(
            event("acme", "one"),
            event("globex", "two"),
            event(null, "three"),
            event("no-such", "four"),
            event("acme", "five")));

    assertThat(rows("acme")).isEqualTo(2);
    assertThat(rows("globex")).isEqualTo(1);
    assertThat(rows("")).isEqualTo(2);
    Verification found = stage.trail().verify(null);
    assertThat(found.isIntact()).as(found.findings().toString()).isTrue();
    assertThat(found.chains()).extracting(ChainReport::chain).containsExactly("", "acme", "globex");
  }

  @Test
  void whatIsToldAgainIsNotChainedAgain() {
    List<AuditEvent> once = List.of(event("acme", "one"), event(null, "two"));
    stage.append(once);
    AuditEvent later = event("acme", "three");
    stage.append(List.of(once.get(0), later, later, once.get(1)));

    assertThat(rows("acme")).isEqualTo(2);
    assertThat(rows("")).isEqualTo(1);
    assertThat(stage.trail().verify(null).isIntact()).isTrue();
  }

  /** Also when its tenant came to be in between, and its chain would be another now. */
  @Test
  void whatWasAStrangersStaysWhereItIs() throws Exception {
    AuditEvent early = event("initech", "login");
    stage.append(List.of(early));
    stage.tenant("initech");
    stage.append(List.of(early, event("initech", "login")));

    assertThat(rows("")).isEqualTo(1);
    assertThat(rows("initech")).isEqualTo(1);
  }

  @Test
  void aLineThatCannotBeHeldLeavesNoTrace() {
    assertThatThrownBy(() -> stage.append(List.of(event("acme", "good"), event("acme", "\0"))))
        .isInstanceOf(DataIntegrityViolationException.class);
    stage.append(List.of(event("acme", "better")));
    assertThat(stage.verify().chains().getFirst().last()).isEqualTo(1);
  }

  /** Also in orders that would lock each other out, and with lines that others tell as well. */
  @Test
  void manyAtOnceKeepOneUnbrokenChain() throws Exception {
    long writers = 6;
    long rounds = 25;
    AuditEvent shared = event("acme", "shared");
    try (ExecutorService threads = Executors.newFixedThreadPool((int) writers)) {
      List<Future<?>> done = new ArrayList<>();
      for (int w = 0; w < writers; w++) {
        boolean backwards = w % 2 == 0;
        done.add(
            threads.submit(
                () ->
                    LongStream.range(0, rounds)
                        .forEach(
                            i ->
                                stage.append(
                                    backwards
                                        ? List.of(
                                            shared,
                                            event("globex", "g"),
                                            event("acme", "a"),
                                            event(null, "n"))
                                        : List.of(
                                            event(null, "n"),
                                            event("acme", "a"),
                                            event("globex", "g"),
                                            shared)))));
      }
      for (Future<?> one : done) {
        one.get();
      }
    }
    Verification found = stage.trail().verify(null);
    assertThat(found.isIntact()).as(found.findings().toString()).isTrue();
    assertThat(rows("acme")).isEqualTo(writers * rounds + 1);
    assertThat(rows("globex")).isEqualTo(writers * rounds);
  }

  /** The partition of this month is gone before it was ever made, or a gateway slept too long. */
  @Test
  void aMissingPartitionIsMade() {
    String partitions =
        "select count(*) from pg_inherits where inhparent = 'audit_event'::regclass";
    stage
        .jdbc()
        .queryForList(
            "select inhrelid::regclass::text from pg_inherits"
                + " where inhparent = 'audit_event'::regclass",
            String.class)
        .forEach(partition -> stage.jdbc().execute("drop table " + partition));
    stage.rows(1);
    assertThat(stage.jdbc().queryForObject(partitions, Long.class)).isEqualTo(1L);
  }
}
