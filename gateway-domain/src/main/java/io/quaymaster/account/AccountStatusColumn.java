package io.quaymaster.account;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Statuses as they stand in the database: their wire names. */
@Converter
class AccountStatusColumn implements AttributeConverter<AccountStatus, String> {
  @Override
  public @Nullable String convertToDatabaseColumn(@Nullable AccountStatus status) {
    return status == null ? null : status.wireName();
  }

  @Override
  public @Nullable AccountStatus convertToEntityAttribute(@Nullable String column) {
    return column == null ? null : AccountStatus.valueOf(column.toUpperCase(Locale.ROOT));
  }
}
