package io.quaymaster.ssh.scp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.files.AttributeChange.Times;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScpRecordTest {
  @Test
  void readsEveryKind() throws ProtocolError {
    assertThat(ScpRecord.parse("C0644 12 a b"))
        .isEqualTo(new ScpRecord.FileRecord(0644, 12, "a b"));
    assertThat(ScpRecord.parse("C4755 0 \u00ff"))
        .isEqualTo(new ScpRecord.FileRecord(04755, 0, "\u00ff"));
    assertThat(ScpRecord.parse("D0755 0 d")).isEqualTo(new ScpRecord.DirectoryRecord(0755, "d"));
    assertThat(ScpRecord.parse("E")).isEqualTo(new ScpRecord.EndRecord());
    assertThat(ScpRecord.parse("T5 0 7 999999"))
        .isEqualTo(new ScpRecord.TimesRecord(new Times(7, 5)));
    assertThat(ScpRecord.parse("\1scp: x")).isEqualTo(new ScpRecord.Complaint(false));
    assertThat(ScpRecord.parse("\2bye")).isEqualTo(new ScpRecord.Complaint(true));
  }

  @Test
  void readsSizesOfAllMagnitudes() throws ProtocolError {
    for (long size : new long[] {1L << 31, (1L << 32) + 1, Long.MAX_VALUE}) {
      assertThat(ScpRecord.parse("C0644 " + size + " x"))
          .isEqualTo(new ScpRecord.FileRecord(0644, size, "x"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      ignoreLeadingAndTrailingWhitespace = false,
      value = {
        "C0644 1 ../x,unexpected filename: ../x",
        "C0644 1 /abs,unexpected filename",
        "C0644 1 a/b,unexpected filename",
        "C0644 1 .,unexpected filename",
        "C0644 1 ..,unexpected filename",
        "C0644 1 ,unexpected filename",
        "D0755 0 ..,unexpected filename",
        "C0644 -1 x,size not present",
        "C0644 +1 x,size not present",
        "C0644 0x1 x,size not delimited",
        "C0644 9223372036854775808 x,size out of range",
        "C0644 1x,size not delimited",
        "C0644 1,size not delimited",
        "C0644  1 x,size not present",
        "C0648 1 x,bad mode",
        "C644 1 x,bad mode",
        "C06440 1 x,mode not delimited",
        "C,bad mode",
        "EE,more than an E",
        "T-1 0 1 0,mtime.sec not present",
        "T1 0 1,atime.sec not delimited",
        "T1 1000000 1 0,mtime.usec out of range",
        "T1 0 1 0 ,atime.usec not delimited",
        "hello,expected control record",
        " C0644 1 x,expected control record",
      })
  void refusesAllElse(String line, String message) {
    assertThatThrownBy(() -> ScpRecord.parse(line))
        .isInstanceOf(ProtocolError.class)
        .hasMessageContaining(message);
  }

  @Test
  void refusesANulInAName() {
    assertThatThrownBy(() -> ScpRecord.parse("C0644 1 a\0b")).hasMessageContaining("a\\x00b");
  }

  @Test
  void encodesNamesWithLineBreaksAsStrnvis() {
    assertThat(ScpName.encoded("plain \\ \u00ff")).isEqualTo("plain \\ \u00ff");
    assertThat(ScpName.encoded("a\nb\\c \t\u0001\u007f\u00e9\u0081\u00a0"))
        .isEqualTo("a\\^Jb\\\\c \t\\^A\\^?\\M-i\\M^A\\240");
  }
}
