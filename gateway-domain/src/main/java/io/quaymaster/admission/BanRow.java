package io.quaymaster.admission;

import java.util.Optional;

/**
 * A ban as it stands in the database.
 *
 * @param note why, if an admin imposed it
 * @param actor the admin's token, if one did
 */
public record BanRow(long id, Ban ban, Optional<String> note, Optional<String> actor) {}
