package io.quaymaster.token;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import org.jspecify.annotations.Nullable;

/** Roles as they stand in the database: their wire names. */
@Converter
class TokenRoleColumn implements AttributeConverter<TokenRole, String> {
  @Override
  public @Nullable String convertToDatabaseColumn(@Nullable TokenRole role) {
    return role == null ? null : role.wireName();
  }

  @Override
  public @Nullable TokenRole convertToEntityAttribute(@Nullable String column) {
    return column == null ? null : TokenRole.ofWireName(column).orElseThrow();
  }
}
