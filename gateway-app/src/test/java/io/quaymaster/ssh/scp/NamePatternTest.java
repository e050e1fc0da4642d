package io.quaymaster.ssh.scp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.quaymaster.files.ByteText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NamePatternTest {
  private static NamePattern pattern(String unicode) throws UnusableLine {
    return NamePattern.compile(LineWords.split(ByteText.ofUnicode(unicode)).getFirst());
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '|',
      value = {
        "*,anything,true",
        "*,.hidden,false",
        ".*,.hidden,true",
        "?hidden,.hidden,false",
        "[.]hidden,.hidden,false",
        "*.txt,a.txt,true",
        "*.txt,a.txt.gz,false",
        "*.txt,.txt,false",
        "a*b*c,aXbYc,true",
        "a*b*c,abcbc,true",
        "a*b*c,acb,false",
        "**a**,banana,true",
        "?,a,true",
        "?,ab,false",
        "?,é,true",
        "[é]x,éx,true",
        "[a-c]x,bx,true",
        "[a-c]x,dx,false",
        "[!a-c]x,dx,true",
        "[^a-c]x,bx,false",
        "[!é],a,true",
        "[]a],],true",
        "[!]a],],false",
        "[a-],-,true",
        "[-a],-,true",
        "[c-a],b,false",
        "[a\"-\"c],b,false",
        "[a\"-\"c],-,true",
        "[\\]a],],true",
        "\\**,*x,true",
        "\\**,xx,false",
        "x[,x[,true",
        "[a,[a,true",
        "é*,éa,true",
      })
  void matchesAsAShell(String pattern, String name, boolean matches) throws UnusableLine {
    assertThat(pattern(pattern).matches(ByteText.ofUnicode(name))).isEqualTo(matches);
  }

  @Test
  void takesABytethatIsNoUtf8AsACharacter() throws UnusableLine {
    assertThat(pattern("a?").matches("a\u00ff")).isTrue();
    assertThat(pattern("?").matches("\u00c3")).isTrue();
    assertThat(pattern("??").matches("\u00e2\u0082")).as("a cut sequence").isTrue();
    assertThat(pattern("??").matches("\u00c0\u00af")).as("an overlong form").isTrue();
    assertThat(pattern("???").matches("\u00ed\u00a0\u0080")).as("a surrogate").isTrue();
    assertThat(pattern("?").matches("\u00f0\u009f\u0098\u0080")).as("four bytes").isTrue();
  }

  @Test
  void refusesCharacterClasses() {
    assertThatThrownBy(() -> pattern("[[:digit:]]")).isInstanceOf(UnusableLine.class);
    assertThatThrownBy(() -> pattern("[a[=x=]]")).isInstanceOf(UnusableLine.class);
  }

  @Test
  void endsSoonOnAPatternThatInvitesBacktracking() throws UnusableLine {
    assertThat(pattern("*a".repeat(120) + "b").matches("a".repeat(255))).isFalse();
  }
}
