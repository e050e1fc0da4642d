package io.quaymaster.account;

import io.quaymaster.access.Permission;
import io.quaymaster.access.Protocol;
import io.quaymaster.files.RealPath;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

/** How lists and paths stand in the database: text, as an admin would write it. */
final class Columns {
  private Columns() {}

  static String path(RealPath path) {
    return new String(path.bytes(), StandardCharsets.UTF_8);
  }

  static List<String> permissions(Set<Permission> permissions) {
    return permissions.stream().sorted().map(Permission::wireName).toList();
  }

  static Set<Permission> permissions(Collection<String> column) {
    return column.stream()
        .map(name -> Permission.valueOf(name.toUpperCase(Locale.ROOT)))
        .collect(Collectors.toUnmodifiableSet());
  }

  static List<String> protocols(Set<Protocol> protocols) {
    return protocols.stream().sorted().map(Protocol::wireName).toList();
  }

  static Set<Protocol> protocols(Collection<String> column) {
    return column.stream()
        .map(name -> Protocol.valueOf(name.toUpperCase(Locale.ROOT)))
        .collect(Collectors.toUnmodifiableSet());
  }

  static List<String> sources(List<SourceRange> sources) {
    return sources.stream().map(SourceRange::toString).toList();
  }

  static List<SourceRange> sources(Collection<String> column) {
    return column.stream().map(SourceRange::parse).toList();
  }
}
