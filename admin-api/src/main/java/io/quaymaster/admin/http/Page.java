package io.quaymaster.admin.http;

import io.swagger.v3.oas.annotations.media.Schema;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** A part of a list, and the cursor of the next. */
@Schema(description = "A part of a list.")
public record Page<T>(
    List<T> items,
    @Schema(description = "Give it as cursor to read on; null at the end.") @Nullable String next) {
  public Page {
    items = List.copyOf(items);
  }

  /**
   * @param found one more than the page holds, if there is more
   */
  public static <S, T> Page<T> of(
      List<S> found, Paging paging, ToLongFunction<S> position, Function<S, T> shown) {
    boolean more = found.size() > paging.limit();
    List<S> here = more ? found.subList(0, paging.limit()) : found;
    return new Page<>(
        here.stream().map(shown).toList(),
        more ? Paging.cursor(position.applyAsLong(here.getLast())) : null);
  }
}
