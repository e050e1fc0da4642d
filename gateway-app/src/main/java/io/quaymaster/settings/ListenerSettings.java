package io.quaymaster.settings;

import io.quaymaster.account.SourceRange;
import io.quaymaster.login.LoginName;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * A further SSH port beside the main one.
 *
 * @param name how logs and records of failures call it; not {@code main}
 * @param port 0: any free one
 * @param bind address; null: that of the main port
 * @param sources networks that may connect; empty: all
 * @param defaultTenant whose a login name without {@code @tenant} is; null: as on the main port
 */
public record ListenerSettings(
    @DefaultValue("") String name,
    @DefaultValue("0") int port,
    @Nullable String bind,
    @DefaultValue("modern") AlgorithmPolicy algorithms,
    @DefaultValue List<String> sources,
    @Nullable String defaultTenant) {
  /** The name of the main port, which is no setting. */
  public static final String MAIN = "main";

  /** More would be a mistake. */
  static final int MOST = 16;

  private static final int MOST_SOURCES = 1000;
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,31}");

  public ListenerSettings {
    sources = List.copyOf(sources);
    bind = Bounds.textOrNull(bind);
    defaultTenant = Bounds.textOrNull(defaultTenant);
  }

  public String bindOr(String main) {
    return bind == null ? main : bind;
  }

  /** The ranges of {@link #sources}, which were checked. */
  public List<SourceRange> sourceRanges() {
    return sources.stream().map(SourceRange::parse).toList();
  }

  /**
   * @param at for example {@code quaymaster.ssh.listeners[0]}
   */
  void check(String at) {
    if (!NAME.matcher(name).matches() || name.equals(MAIN)) {
      throw Bounds.refused(
          at + ".name", "'" + name + "'", "a name that matches " + NAME + " and is not " + MAIN);
    }
    Bounds.number(at + ".port", port, 0, 65_535);
    if (bind != null) {
      Bounds.address(at + ".bind", bind);
    }
    checkTenant(at + ".default-tenant", defaultTenant);
    checkSources(at + ".sources", sources);
    checkPolicy(at, algorithms, sources);
  }

  static void checkTenant(String setting, @Nullable String tenant) {
    if (tenant != null && !LoginName.TENANT.matcher(tenant).matches()) {
      throw Bounds.refused(
          setting, "'" + tenant + "'", "a tenant's name, which matches " + LoginName.TENANT);
    }
  }

  static void checkSources(String setting, List<String> sources) {
    Bounds.number(setting + "'s length", sources.size(), 0, MOST_SOURCES);
    for (String source : sources) {
      try {
        SourceRange.parse(source);
      } catch (IllegalArgumentException wrong) {
        throw Bounds.refused(
            setting,
            "'" + source + "', which " + wrong.getMessage(),
            "networks such as 203.0.113.0/24 or 2001:db8::/32");
      }
    }
  }

  /** What protects old algorithms is that few can reach them. */
  static void checkPolicy(String at, AlgorithmPolicy algorithms, List<String> sources) {
    if (algorithms == AlgorithmPolicy.LEGACY && sources.isEmpty()) {
      throw new SettingsRefused(
          "The setting %s.algorithms is legacy, and %s.sources is empty. Name the networks of the partners that need it."
              .formatted(at, at));
    }
  }
}
