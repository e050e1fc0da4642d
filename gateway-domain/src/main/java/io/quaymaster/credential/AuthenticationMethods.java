package io.quaymaster.credential;

import static io.quaymaster.credential.AuthenticationMethod.CODE;
import static io.quaymaster.credential.AuthenticationMethod.PASSWORD;
import static io.quaymaster.credential.AuthenticationMethod.PASSWORD_ASKED;
import static io.quaymaster.credential.AuthenticationMethod.PUBLICKEY;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Chains of methods, any one of which lets in when it is complete (sshd_config(5),
 * AuthenticationMethods): each step counts in the order that the chain demands.
 */
public record AuthenticationMethods(List<Chain> chains) {
  public static final int MAX_CHAINS = 16;
  public static final int MAX_STEPS = 4;

  /** A key or a password, whichever comes. */
  public static final AuthenticationMethods DEFAULT =
      new AuthenticationMethods(
          List.of(new Chain(List.of(PUBLICKEY)), new Chain(List.of(PASSWORD))));

  /** Steps in their order. */
  public record Chain(List<AuthenticationMethod> steps) {
    public Chain {
      steps = List.copyOf(steps);
    }

    /**
     * Reads {@code publickey,password}.
     *
     * @throws IllegalArgumentException with a reason for the admin
     */
    public static Chain parse(String text) {
      List<AuthenticationMethod> steps = new ArrayList<>();
      for (String word : text.split(",", -1)) {
        steps.add(
            AuthenticationMethod.ofText(word)
                .orElseThrow(
                    () ->
                        new IllegalArgumentException(
                            "must be a chain of publickey, password, keyboard-interactive (a code)"
                                + " and keyboard-interactive:password, with commas between")));
      }
      if (steps.size() > MAX_STEPS) {
        throw new IllegalArgumentException("must have at most " + MAX_STEPS + " steps");
      }
      check(steps);
      return new Chain(steps);
    }

    private static void check(List<AuthenticationMethod> steps) {
      long passwords = steps.stream().filter(s -> s == PASSWORD || s == PASSWORD_ASKED).count();
      if (passwords > 1) {
        throw new IllegalArgumentException("asks for the password twice, which proves no more");
      }
      if (Collections.frequency(steps, CODE) > 1) {
        throw new IllegalArgumentException("asks for a code twice, which proves no more");
      }
      if (steps.getFirst() == CODE) {
        throw new IllegalArgumentException(
            "must not begin with a code: six digits can be guessed by who need prove nothing else"
                + " before");
      }
    }

    /** What is left of this chain when these steps were proved, in this order. */
    List<AuthenticationMethod> left(List<AuthenticationMethod> proved) {
      int done = 0;
      for (AuthenticationMethod step : proved) {
        if (done < steps.size() && steps.get(done) == step) {
          done++;
        }
      }
      return steps.subList(done, steps.size());
    }

    @Override
    public String toString() {
      return steps.stream().map(AuthenticationMethod::text).collect(Collectors.joining(","));
    }
  }

  public AuthenticationMethods {
    chains = List.copyOf(chains);
    if (chains.isEmpty()) {
      throw new IllegalArgumentException("no chain lets anyone in");
    }
  }

  /** As the database keeps them; what passed {@link Chain#parse} once passes again. */
  public static AuthenticationMethods of(List<String> texts) {
    return new AuthenticationMethods(texts.stream().map(Chain::parse).toList());
  }

  public List<String> texts() {
    return chains.stream().map(Chain::toString).toList();
  }

  /** Whether a chain is complete. */
  public boolean isCompleteWith(List<AuthenticationMethod> proved) {
    return chains.stream().anyMatch(chain -> chain.left(proved).isEmpty());
  }

  /** What may be proved next, in the order of the chains, each once. */
  public List<AuthenticationMethod> next(List<AuthenticationMethod> proved) {
    return chains.stream()
        .map(chain -> chain.left(proved))
        .filter(left -> !left.isEmpty())
        .map(List::getFirst)
        .distinct()
        .toList();
  }
}
