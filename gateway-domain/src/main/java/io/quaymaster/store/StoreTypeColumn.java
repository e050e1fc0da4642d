package io.quaymaster.store;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Store types as they stand in the database: their wire names. */
@Converter
class StoreTypeColumn implements AttributeConverter<StoreType, String> {
  @Override
  public @Nullable String convertToDatabaseColumn(@Nullable StoreType type) {
    return type == null ? null : type.wireName();
  }

  @Override
  public @Nullable StoreType convertToEntityAttribute(@Nullable String column) {
    return column == null ? null : StoreType.valueOf(column.toUpperCase(Locale.ROOT));
  }
}
