package io.quaymaster.audit.chain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.audit.chain.Finding.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Somebody who has the whole database changes the past, and the verifier names the place. */
class TamperingTest {
  private ChainStage stage;

  /** Twelve rows of acme, signed at the eighth. */
  @BeforeEach
  void open() throws Exception {
    stage = ChainStage.open();
    stage.rows(8);
    stage.sign();
    stage.rows(4);
  }

  @AfterEach
  void close() {
    stage.close();
  }

  private static List<String> places(Verification found) {
    return found.findings().stream().map(f -> f.kind() + " " + f.sequence()).toList();
  }

  @Test
  void whatNobodyTouchedIsIntact() throws Exception {
    Verification found = stage.verify();
    assertThat(found.isIntact()).as(found.findings().toString()).isTrue();
    assertThat(found.chains()).containsExactly(new ChainReport("acme", 1, 12, 12, 8, false));
    assertThat(stage.verifyFile(stage.exportAll()).isIntact()).isTrue();
  }

  /** What is done to the database, and what is found. */
  record Deed(String name, List<String> statements, List<String> places) {
    Deed(String name, String statement, String... places) {
      this(name, List.of(statement), List.of(places));
    }

    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Deed> deeds() {
    String row = " where chain = 'acme' and sequence = ";
    return Stream.of(
        new Deed("edited", "update audit_event set account = 'bob'" + row + 5, "CHANGED 5"),
        new Deed("edited detail", "update audit_event set detail = '{}'" + row + 5, "CHANGED 5"),
        new Deed("null for empty", "update audit_event set code = ''" + row + 5, "CHANGED 5"),
        new Deed(
            "a number for a text",
            "update audit_event set detail = '{\"a\": 1}'" + row + 5,
            "UNREADABLE 5"),
        new Deed(
            "edited time",
            "update audit_event set at = at + interval '1 microsecond'" + row + 5,
            "CHANGED 5"),
        new Deed(
            "edited and hashed",
            "update audit_event set hash = sha256('x')" + row + 5,
            "CHANGED 5",
            "CHANGED 6"),
        new Deed("deleted", "delete from audit_event" + row + 5, "GAP 6"),
        new Deed("deleted first", "delete from audit_event" + row + 1, "NO_BEGINNING 2"),
        new Deed(
            "swapped",
            List.of(
                "update audit_event set sequence = 105" + row + 5,
                "update audit_event set sequence = 5" + row + 6,
                "update audit_event set sequence = 6" + row + 105),
            List.of("CHANGED 5", "CHANGED 6", "CHANGED 7")),
        new Deed(
            "inserted",
            List.of(
                "update audit_event set sequence = sequence + 100 where chain = 'acme' and sequence"
                    + " > 5",
                "update audit_event set sequence = sequence - 99 where sequence > 100",
                "insert into audit_event (chain, sequence, recorded_at, hash, uid, at, action,"
                    + " outcome, detail) select chain, 6, recorded_at, sha256('x'),"
                    + " gen_random_uuid(), at, action, outcome, detail from audit_event where chain"
                    + " = 'acme' and sequence = 5",
                "update audit_chain set sequence = 13 where chain = 'acme'"),
            List.of(
                "CHANGED 6",
                "CHANGED 7",
                "CHANGED 8",
                "REWRITTEN 8",
                "REWRITTEN 8",
                "CHANGED 9",
                "CHANGED 10",
                "CHANGED 11",
                "CHANGED 12",
                "CHANGED 13")),
        new Deed(
            "tail cut",
            "delete from audit_event where sequence > 10 and chain = 'acme'",
            "TRUNCATED 11"),
        new Deed(
            "tail cut with its head",
            List.of(
                "update audit_chain set sequence = 6, hash = (select hash from audit_event"
                    + row
                    + "6) where chain = 'acme'",
                "delete from audit_event where chain = 'acme' and sequence > 6"),
            List.of("TRUNCATED 7")),
        new Deed(
            "tail and checkpoints cut",
            List.of(
                "update audit_chain set sequence = 6, hash = (select hash from audit_event"
                    + row
                    + "6) where chain = 'acme'",
                "delete from audit_event where chain = 'acme' and sequence > 6",
                "delete from audit_checkpoint"),
            List.of("TRUNCATED 7")),
        new Deed(
            "all gone",
            List.of(
                "delete from audit_event",
                "delete from audit_checkpoint",
                "update audit_chain set sequence = 0, hash = decode(repeat('00', 32), 'hex')"),
            List.of("TRUNCATED 1")),
        new Deed(
            "a forged checkpoint",
            "update audit_checkpoint set signature = sha512('x')",
            "FALSE_CHECKPOINT 8"),
        new Deed(
            "a checkpoint of a stranger",
            "update audit_checkpoint set key_id = '0011223344556677'",
            "FALSE_CHECKPOINT 8"),
        new Deed(
            "a signature of another row",
            "update audit_checkpoint set sequence = 9, hash = (select hash from audit_event"
                + row
                + "9)",
            "FALSE_CHECKPOINT 9"));
  }

  @ParameterizedTest
  @MethodSource("deeds")
  void thePlaceIsNamed(Deed deed) {
    stage.asMaster(deed.statements().toArray(String[]::new));

    assertThat(places(stage.verify())).containsExactlyElementsOf(deed.places());
  }

  @Test
  void aChainThatIsWrittenAnewContradictsItsCheckpoint() throws Exception {
    stage.forgetAnchors();
    stage.asMaster("update audit_event set account = 'bob' where chain = 'acme' and sequence = 5");
    stage.rewriteFrom(5);

    assertThat(places(stage.verify())).containsExactly("REWRITTEN 8");
    assertThat(places(stage.verifyFile(stage.exportAll()))).containsExactly("REWRITTEN 8");
  }

  @Test
  void withoutItsCheckpointsItContradictsWhatTheGatewayRemembers() throws Exception {
    stage.asMaster(
        "update audit_event set account = 'bob' where chain = 'acme' and sequence = 5",
        "delete from audit_checkpoint");
    stage.rewriteFrom(5);

    assertThat(places(stage.verify())).containsExactly("REWRITTEN 8");
    stage.sign();
    assertThat(places(stage.verify())).as("it is not signed over").containsExactly("REWRITTEN 8");
    assertThat(places(stage.verifyFile(stage.exportAll()))).isEmpty();
    assertThat(places(stage.verifyFile(stage.exportAll(), Anchors.read(stage.anchorFile()))))
        .containsExactly("REWRITTEN 8");
  }

  /** Many small lies do not cover a large one. */
  @Test
  void whatContradictsTheAnchorIsNotSignedHoweverMuchElseIsWrong() throws Exception {
    stage.rows(150);
    stage.asMaster("delete from audit_checkpoint", "update audit_event set hash = sha256(hash)");
    stage.sign();
    assertThat(stage.jdbc().queryForObject("select count(*) from audit_checkpoint", Long.class))
        .isZero();
    assertThat(Anchors.read(stage.anchorFile()))
        .hasEntrySatisfying("acme", kept -> assertThat(kept.sequence()).isEqualTo(8));
  }

  @Test
  void aRowThatWasChangedBeforeItWasSignedStaysToBeSeen() {
    stage.asMaster("update audit_event set account = 'bob' where chain = 'acme' and sequence = 10");
    stage.sign();

    assertThat(places(stage.verify())).containsExactly("CHANGED 10");
  }

  /** Each line of an export changed, left out, doubled or swapped with the next. */
  @ParameterizedTest
  @ValueSource(strings = {"changed", "left out", "doubled", "swapped"})
  void noLineOfAnExportCanBeTouched(String deed) throws Exception {
    List<String> lines = stage.exportAll().lines().toList();
    assertThat(lines).hasSize(1 + 12 + 1 + 1);
    for (int i = 0; i < lines.size(); i++) {
      List<String> touched = new ArrayList<>(lines);
      int next = Math.min(i + 1, lines.size() - 1);
      boolean checkpoint =
          lines.get(i).contains("\"checkpoint\"")
              || (deed.equals("swapped") && lines.get(next).contains("\"checkpoint\""));
      switch (deed) {
        case "changed" -> touched.set(i, lines.get(i).replace("acme", "acne"));
        case "left out" -> touched.remove(i);
        case "doubled" -> touched.add(i, lines.get(i));
        default -> Collections.swap(touched, i, next);
      }
      boolean harmless =
          touched.equals(lines)
              // A checkpoint may stand anywhere behind its row, and twice; without it less is
              // signed.
              || (checkpoint && !deed.equals("changed"));
      assertThat(stage.verifyFile(String.join("\n", touched) + "\n").isIntact())
          .as("%s: %s", deed, lines.get(i))
          .isEqualTo(harmless);
    }
  }

  @Test
  void apartFromItsOwnersTricksTheDatabaseRefuses() {
    for (String table : List.of("audit_event", "audit_checkpoint", "audit_chain")) {
      for (String statement :
          List.of("delete from %s", "truncate %s", "update %s set sequence = 1")) {
        assertThatThrownBy(() -> stage.jdbc().execute(statement.formatted(table)))
            .rootCause()
            .hasMessageContaining("only grows");
      }
    }
  }

  @Test
  void findingsAreCounted() {
    stage.rows(200);
    stage.asMaster("update audit_event set account = 'bob' where chain = 'acme'");
    Verification found = stage.verify();
    assertThat(found.findings()).hasSize(Verification.MAX_FINDINGS);
    assertThat(found.found()).isEqualTo(212);
    assertThat(found.findings().getFirst().kind()).isEqualTo(Kind.CHANGED);
  }
}
