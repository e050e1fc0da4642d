package io.quaymaster.ssh.cipher;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.ssh.cipher.CipherSelfTest.Suite;
import org.apache.sshd.common.cipher.BuiltinCiphers;
import org.apache.sshd.common.mac.BuiltinMacs;
import org.junit.jupiter.api.Test;

class CipherSelfTestTest {
  private static final int PACKETS = 3;

  @Test
  void whatTheGatewayOffersPasses() {
    assertThatCode(CipherSelfTest::run).doesNotThrowAnyException();
  }

  @Test
  void aCipherThatEncryptsNothingFails() {
    Suite open = new Suite(BuiltinCiphers.none, BuiltinMacs.hmacsha256etm);
    assertThatThrownBy(() -> CipherSelfTest.check(open, PACKETS))
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("It leaves packets as they are.");
  }

  /** AES in counter mode sees no change by itself. */
  @Test
  void aCipherThatTakesWhatWasChangedFails() {
    Suite bare = new Suite(BuiltinCiphers.aes128ctr, null);
    assertThatThrownBy(() -> CipherSelfTest.check(bare, PACKETS))
        .isInstanceOf(IllegalStateException.class)
        .hasRootCauseMessage("It takes a packet that was changed.");
  }
}
