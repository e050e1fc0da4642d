package io.quaymaster.settings;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.springframework.boot.context.properties.bind.DataObjectPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * The names below {@code quaymaster.} that mean something, read off the records, and the search for
 * names that don't: a misspelt limit must not silently be its default.
 */
final class KnownSettings {
  private static final ConfigurationPropertyName ROOT = ConfigurationPropertyName.of("quaymaster");

  /**
   * What Kubernetes puts into the environment for a Service named quaymaster or quaymaster-…
   * ("service links"); not ours.
   */
  private static final Pattern SERVICE_LINK =
      Pattern.compile(
          "QUAYMASTER(_\\w+)?_(SERVICE_HOST|SERVICE_PORT(_\\w+)?|PORT_\\d+_(TCP|UDP|SCTP)(_\\w+)?)"
              + "|QUAYMASTER_PORT");

  private final List<String> names = new ArrayList<>();

  /** Of the things in a list, as {@code quaymaster.ssh.listeners[0].port}. */
  private final List<String> elementNames = new ArrayList<>();

  private final List<String> listNames = new ArrayList<>();

  KnownSettings() {
    collect(GatewayProperties.class, "quaymaster", names);
  }

  List<String> names() {
    return List.copyOf(names);
  }

  /** As they were written, with the nearest known name: one sentence for each. */
  List<String> complaintsAbout(ConfigurableEnvironment environment) {
    TreeSet<String> complaints = new TreeSet<>();
    for (PropertySource<?> source : environment.getPropertySources()) {
      if (source instanceof SystemEnvironmentPropertySource variables) {
        for (String name : variables.getPropertyNames()) {
          if (name.toUpperCase(Locale.ROOT).startsWith("QUAYMASTER_") && !isKnownVariable(name)) {
            complaints.add("%s (did you mean %s?)".formatted(name, nearestVariable(name)));
          }
        }
      } else if (source instanceof EnumerablePropertySource<?> properties) {
        for (String name : properties.getPropertyNames()) {
          if (isOurs(name) && !isKnown(name)) {
            complaints.add("%s (did you mean %s?)".formatted(name, nearest(name, all())));
          }
        }
      }
    }
    return List.copyOf(complaints);
  }

  private void collect(Class<?> type, String prefix, List<String> into) {
    for (RecordComponent component : type.getRecordComponents()) {
      String name = prefix + "." + DataObjectPropertyName.toDashedForm(component.getName());
      if (component.getType().isRecord()) {
        collect(component.getType(), name, into);
        continue;
      }
      into.add(name);
      if (component.getType() == List.class) {
        listNames.add(name);
        if (element(component) instanceof Class<?> element && element.isRecord()) {
          collect(element, name + "[0]", elementNames);
        }
      }
    }
  }

  private static Type element(RecordComponent list) {
    return ((ParameterizedType) list.getGenericType()).getActualTypeArguments()[0];
  }

  private List<String> all() {
    return Stream.concat(names.stream(), elementNames.stream()).toList();
  }

  private static boolean isOurs(String name) {
    return ROOT.isAncestorOf(ConfigurationPropertyName.adapt(name, '.'));
  }

  private boolean isKnown(String name) {
    ConfigurationPropertyName asked =
        ConfigurationPropertyName.of(
            ConfigurationPropertyName.adapt(name, '.').toString().replaceAll("\\[\\d+]", "[0]"));
    if (asked.isLastElementIndexed()) {
      ConfigurationPropertyName list = asked.getParent();
      return listNames.stream().map(ConfigurationPropertyName::of).anyMatch(n -> n.equals(list));
    }
    return all().stream().map(ConfigurationPropertyName::of).anyMatch(n -> n.equals(asked));
  }

  private boolean isKnownVariable(String name) {
    String asked = name.toUpperCase(Locale.ROOT).replaceAll("_\\d+_", "_0_");
    return SERVICE_LINK.matcher(asked).matches()
        || all().stream().anyMatch(n -> asked.equals(variable(n)) || asked.equals(joined(n)))
        || listNames.stream()
            .anyMatch(n -> asked.matches("(" + variable(n) + "|" + joined(n) + ")_\\d+"));
  }

  private String nearestVariable(String name) {
    return nearest(
        name.toUpperCase(Locale.ROOT), all().stream().map(KnownSettings::variable).toList());
  }

  /** {@code QUAYMASTER_DATA_DIR}, the form that the manual uses. */
  static String variable(String name) {
    return joined(name.replace('-', '_'));
  }

  /** {@code QUAYMASTER_DATADIR}, which Spring Boot understands as well. */
  private static String joined(String name) {
    return name.replace('.', '_')
        .replace("-", "")
        .replace('[', '_')
        .replace("]", "")
        .toUpperCase(Locale.ROOT);
  }

  private static String nearest(String name, List<String> candidates) {
    return candidates.stream()
        .min(Comparator.comparingInt(candidate -> distance(name, candidate)))
        .orElseThrow();
  }

  /** Levenshtein's edit distance. */
  private static int distance(String from, String to) {
    int[] above = new int[to.length() + 1];
    for (int j = 0; j <= to.length(); j++) {
      above[j] = j;
    }
    for (int i = 1; i <= from.length(); i++) {
      int[] row = new int[to.length() + 1];
      row[0] = i;
      for (int j = 1; j <= to.length(); j++) {
        int replaced = above[j - 1] + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(above[j], row[j - 1]));
      }
      above = row;
    }
    return above[to.length()];
  }
}
