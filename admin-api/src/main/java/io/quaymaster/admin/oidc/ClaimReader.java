package io.quaymaster.admin.oidc;

import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads claims by their names: that of the claim itself, or a way into objects such as {@code
 * realm_access.roles}.
 */
record ClaimReader(Map<String, Object> claims) {
  /** As much as OpenID Connect Core, section 2, has for {@code sub}. */
  static final int MOST_CHARACTERS = 255;

  /** A text that can stand in a log; empty if there is none. */
  Optional<String> text(String name) {
    return value(claims, name) instanceof String text && isPlain(text)
        ? Optional.of(text)
        : Optional.empty();
  }

  /** All texts of a list, or the one that stands for it. */
  Set<String> texts(String name) {
    return switch (value(claims, name)) {
      case String one -> Set.of(one);
      case Collection<?> many ->
          many.stream()
              .filter(String.class::isInstance)
              .map(String.class::cast)
              .collect(Collectors.toUnmodifiableSet());
      case null, default -> Set.of();
    };
  }

  private static @Nullable Object value(Map<?, ?> in, String name) {
    if (in.containsKey(name)) {
      return in.get(name);
    }
    int dot = name.indexOf('.');
    return dot > 0 && in.get(name.substring(0, dot)) instanceof Map<?, ?> inner
        ? value(inner, name.substring(dot + 1))
        : null;
  }

  private static boolean isPlain(String text) {
    return !text.isBlank()
        && text.length() <= MOST_CHARACTERS
        && text.codePoints().noneMatch(Character::isISOControl);
  }
}
