package io.quaymaster.admin.oidc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.KeySourceException;
import com.nimbusds.jose.RemoteKeySourceException;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import io.quaymaster.admin.IdentityProvider;
import io.quaymaster.admin.access.ManualClock;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProviderKeysTest {
  private final ManualClock clock = new ManualClock();
  private final IdentityProvider provider = new IdentityProvider();
  private final ProviderKeys keys = new ProviderKeys(provider.jwkSet(), clock);

  ProviderKeysTest() throws IOException {}

  @AfterEach
  void close() {
    provider.close();
  }

  private int found(String id) throws KeySourceException {
    return keys.get(new JWKSelector(new JWKMatcher.Builder().keyID(id).build()), null).size();
  }

  private void isUnknowable(String id) {
    assertThatThrownBy(() -> found(id)).isInstanceOf(RemoteKeySourceException.class);
  }

  @Test
  void keysAreReadOnceAndAgainWhenTheyAreOld() throws KeySourceException {
    assertThat(provider.asked()).isZero();
    assertThat(found("rsa-1")).isEqualTo(1);
    assertThat(found("ec-1")).isEqualTo(1);
    assertThat(provider.asked()).isEqualTo(1);
    clock.pass(ProviderKeys.FRESH);
    assertThat(found("rsa-1")).isEqualTo(1);
    assertThat(provider.asked()).isEqualTo(2);
  }

  @Test
  void aNewKeyIsFoundAtOnceAndStrangersMakeNoFlood() throws KeySourceException {
    assertThat(found("rsa-1")).isEqualTo(1);
    clock.pass(ProviderKeys.PAUSE);
    provider.serve(IdentityProvider.key("rsa-2"));
    assertThat(found("rsa-2")).isEqualTo(1);
    assertThat(found("rsa-1")).as("withdrawn").isZero();
    for (int i = 0; i < 100; i++) {
      assertThat(found("no-such-" + i)).isZero();
    }
    assertThat(provider.asked()).isEqualTo(2);
  }

  @Test
  void whileTheProviderIsAwayItsKeysAreGoodForAWhile() throws KeySourceException {
    assertThat(found("rsa-1")).isEqualTo(1);
    provider.answer(500);
    clock.pass(ProviderKeys.FRESH);
    assertThat(found("rsa-1")).isEqualTo(1);
    isUnknowable("rsa-2");
    clock.pass(ProviderKeys.KEPT.minus(ProviderKeys.FRESH));
    isUnknowable("rsa-1");
    provider.answer(200);
    isUnknowable("rsa-1");
    clock.pass(ProviderKeys.PAUSE);
    assertThat(found("rsa-1")).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(ints = {302, 404, 500, 204})
  void anAnswerThatIsNoneHasNoKeys(int status) throws KeySourceException {
    provider.answer(status);
    isUnknowable("rsa-1");
    isUnknowable("rsa-1");
    assertThat(provider.asked()).isEqualTo(1);
    provider.answer(200);
    clock.pass(ProviderKeys.PAUSE);
    assertThat(found("rsa-1")).isEqualTo(1);
  }

  @Test
  void whatIsNoKeySetIsRefused() {
    provider.serve("<html>");
    isUnknowable("rsa-1");
    provider.serve("{\"keys\":[],\"x\":\"" + "x".repeat(ProviderKeys.MOST_BYTES) + "\"}");
    clock.pass(ProviderKeys.PAUSE);
    isUnknowable("rsa-1");
    provider.close();
    clock.pass(ProviderKeys.PAUSE);
    isUnknowable("rsa-1");
  }

  @Test
  void aClockThatIsSetBackHoldsNothingUp() throws KeySourceException {
    assertThat(found("rsa-1")).isEqualTo(1);
    clock.pass(Duration.ofDays(-1));
    assertThat(found("rsa-1")).isEqualTo(1);
    assertThat(provider.asked()).isEqualTo(2);
  }
}
