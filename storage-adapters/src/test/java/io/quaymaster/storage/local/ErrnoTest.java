package io.quaymaster.storage.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.quaymaster.files.FileFailure;
import io.quaymaster.files.FileFailure.Kind;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The table from errno to kind, number by number, and the kernel's numbers by processor. */
class ErrnoTest {
  private static final Map<Integer, Kind> EXPECTED =
      Map.ofEntries(
          Map.entry(1, Kind.NOT_PERMITTED),
          Map.entry(2, Kind.NOT_FOUND),
          Map.entry(5, Kind.STORE_ERROR),
          Map.entry(6, Kind.SPECIAL_FILE),
          Map.entry(9, Kind.INVALID_HANDLE),
          Map.entry(13, Kind.NOT_PERMITTED),
          Map.entry(16, Kind.BUSY),
          Map.entry(17, Kind.EXISTS),
          Map.entry(18, Kind.CROSSES_STORES),
          Map.entry(20, Kind.NOT_A_DIRECTORY),
          Map.entry(21, Kind.IS_A_DIRECTORY),
          Map.entry(22, Kind.INVALID_ARGUMENT),
          Map.entry(23, Kind.TOO_MANY_HANDLES),
          Map.entry(24, Kind.TOO_MANY_HANDLES),
          Map.entry(27, Kind.FILE_TOO_LARGE),
          Map.entry(28, Kind.STORE_FULL),
          Map.entry(30, Kind.NOT_PERMITTED),
          Map.entry(36, Kind.NAME_TOO_LONG),
          Map.entry(38, Kind.UNSUPPORTED),
          Map.entry(39, Kind.DIRECTORY_NOT_EMPTY),
          Map.entry(40, Kind.LINK_ON_PATH),
          Map.entry(95, Kind.UNSUPPORTED),
          Map.entry(122, Kind.STORE_FULL));

  @Test
  void eachNumberHasItsKind() {
    EXPECTED.forEach(
        (number, kind) ->
            assertThat(Errno.failure(-number).kind()).as("%d", number).isEqualTo(kind));
  }

  @Test
  void aStoreErrorNamesItsErrno() {
    assertThat(Errno.failure(-5).getCause()).hasMessage("EIO (errno 5)");
    FileFailure unknown = Errno.failure(-4711);
    assertThat(unknown.kind()).isEqualTo(Kind.STORE_ERROR);
    assertThat(unknown.getCause()).hasMessage("errno 4711");
  }

  @Test
  void noNumberIsThereTwice() {
    assertThat(Arrays.stream(Errno.values()).map(e -> e.number)).doesNotHaveDuplicates();
  }

  @Test
  void processorsHaveTheirOwnNumbers() {
    assertThat(Abi.of("Linux", "amd64").map(Abi::statx)).contains(332L);
    assertThat(Abi.of("Linux", "aarch64").map(Abi::statx)).contains(291L);
    assertThat(Abi.of("Linux", "riscv64")).isEqualTo(Optional.empty());
    assertThat(Abi.of("Mac OS X", "aarch64")).isEqualTo(Optional.empty());
  }
}
