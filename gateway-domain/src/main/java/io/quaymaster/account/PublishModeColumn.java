package io.quaymaster.account;

import io.quaymaster.access.PublishMode;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Publish modes as they stand in the database: their wire names. */
@Converter
class PublishModeColumn implements AttributeConverter<PublishMode, String> {
  @Override
  public @Nullable String convertToDatabaseColumn(@Nullable PublishMode mode) {
    return mode == null ? null : mode.wireName();
  }

  @Override
  public @Nullable PublishMode convertToEntityAttribute(@Nullable String column) {
    return Arrays.stream(PublishMode.values())
        .filter(mode -> mode.wireName().equals(column))
        .findFirst()
        .orElse(null);
  }
}
