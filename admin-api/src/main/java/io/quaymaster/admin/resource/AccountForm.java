package io.quaymaster.admin.resource;

import io.quaymaster.access.Permission;
import io.quaymaster.access.Protocol;
import io.quaymaster.access.PublishMode;
import io.quaymaster.access.SftpSettings;
import io.quaymaster.account.AccountLimits;
import io.quaymaster.account.AccountSettings;
import io.quaymaster.account.HomeSetting;
import io.quaymaster.account.MountSetting;
import io.quaymaster.account.PasswordHashes;
import io.quaymaster.account.SourceRange;
import io.quaymaster.admin.resource.AccountJson.Body;
import io.quaymaster.admin.resource.AccountJson.HomeJson;
import io.quaymaster.admin.resource.AccountJson.Limits;
import io.quaymaster.admin.resource.AccountJson.MountJson;
import io.quaymaster.admin.resource.AccountJson.PlaceLimits;
import io.quaymaster.admin.resource.AccountJson.Sftp;
import io.quaymaster.credential.AuthenticationPolicy;
import io.quaymaster.files.RealPath;
import io.quaymaster.quota.QuotaLimits;
import io.quaymaster.refusal.FieldErrors;
import io.quaymaster.store.PlacePath;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads an account's settings from JSON, noting all that is wrong, and shows them in JSON. */
final class AccountForm {
  private final FieldErrors errors;
  private final Fields fields;

  private AccountForm(FieldErrors errors) {
    this.errors = errors;
    this.fields = new Fields(errors);
  }

  /**
   * @throws io.quaymaster.refusal.Refusal.Invalid naming all wrong fields, those that {@code
   *     errors} holds already included
   */
  static AccountSettings read(Body body, FieldErrors errors) {
    return new AccountForm(errors).settings(body);
  }

  static void checkPassword(String password, FieldErrors errors) {
    errors.check(
        !password.isEmpty() && PasswordHashes.fits(password),
        "password",
        "must not be empty and have at most %d bytes".formatted(PasswordHashes.MAX_PASSWORD_BYTES));
  }

  private AccountSettings settings(Body body) {
    Optional<HomeSetting> home = home(body.home());
    Set<Permission> permissions = permissions(body.permissions(), "permissions", Permission.ALL);
    List<MountSetting> mounts = mounts(body.mounts(), permissions);
    AccountLimits limits = limits(body.limits() == null ? Limits.NONE : body.limits());
    Set<Protocol> protocols = protocols(body.protocols());
    List<SourceRange> sources = fields.sources(body.sources(), "sources");
    Instant expiresAt = fields.time(body.expiresAt(), "expiresAt");
    PublishMode publish = publish(body.publish());
    SftpSettings sftp = sftp(body.sftp() == null ? Sftp.NONE : body.sftp());
    AuthenticationPolicy authentication = AuthenticationJson.read(body.authentication(), errors);
    errors.throwIfAny();
    return new AccountSettings(
        home.orElseThrow(),
        mounts,
        limits,
        permissions,
        protocols,
        sources,
        expiresAt,
        publish,
        sftp,
        authentication);
  }

  private Optional<HomeSetting> home(@Nullable HomeJson home) {
    if (home == null) {
      errors.add("home", "is required: a store and a path in it");
      return Optional.empty();
    }
    Optional<String> store = storeName(home.store(), "home.store");
    Optional<PlacePath> path = fields.required(home.path(), "home.path", PlacePath::parse);
    return store.flatMap(s -> path.map(p -> new HomeSetting(s, p)));
  }

  private Optional<String> storeName(@Nullable String name, String field) {
    fields.text(name, field, 63);
    return Optional.ofNullable(name);
  }

  private List<MountSetting> mounts(
      @Nullable List<@Nullable MountJson> mounts, Set<Permission> ofAccount) {
    List<MountSetting> read = new ArrayList<>();
    if (mounts == null
        || !errors.check(
            mounts.size() <= AccountSettings.MAX_MOUNTS,
            "mounts",
            "must be at most " + AccountSettings.MAX_MOUNTS)) {
      return read;
    }
    Set<RealPath> seen = new HashSet<>();
    for (int i = 0; i < mounts.size(); i++) {
      String name = "mounts[" + i + "]";
      MountJson mount = mounts.get(i);
      if (mount == null) {
        errors.add(name, "must not be null");
      } else {
        mount(mount, name, ofAccount)
            .filter(m -> errors.check(seen.add(m.path()), name + ".path", "is given twice"))
            .ifPresent(read::add);
      }
    }
    return read;
  }

  private Optional<MountSetting> mount(MountJson mount, String name, Set<Permission> ofAccount) {
    Optional<RealPath> path =
        fields
            .required(mount.path(), name + ".path", AccountForm::viewPath)
            .filter(p -> errors.check(!p.isRoot(), name + ".path", "must not be /"));
    Optional<String> store = storeName(mount.store(), name + ".store");
    String written = mount.prefix() == null ? "" : mount.prefix();
    Optional<PlacePath> prefix = fields.required(written, name + ".prefix", PlacePath::parse);
    Set<Permission> permissions =
        permissions(mount.permissions(), name + ".permissions", ofAccount);
    PlaceLimits limits = mount.limits();
    QuotaLimits quota =
        limits == null ? QuotaLimits.NONE : new QuotaLimits(limits.bytes(), limits.files());
    fields.limit(quota.bytes(), name + ".limits.bytes", 0);
    fields.limit(quota.files(), name + ".limits.files", 0);
    return path.flatMap(
        p -> store.flatMap(s -> prefix.map(x -> new MountSetting(p, s, x, permissions, quota))));
  }

  /** A path in the account's view; reads like a place but must begin at the top. */
  static RealPath viewPath(String written) {
    if (!written.startsWith("/")) {
      throw new IllegalArgumentException("must begin with /");
    }
    return RealPath.ofUnicode(PlacePath.parse(written).text());
  }

  private AccountLimits limits(Limits l) {
    fields.limit(l.bytes(), "limits.bytes", 0);
    fields.limit(l.files(), "limits.files", 0);
    fields.limit(l.sessions(), "limits.sessions", 0);
    fields.limit(l.bytesPerSecond(), "limits.bytesPerSecond", 1);
    fields.limit(l.maxFileBytes(), "limits.maxFileBytes", 0);
    return new AccountLimits(
        l.bytes(), l.files(), l.sessions(), l.bytesPerSecond(), l.maxFileBytes());
  }

  private Set<Permission> permissions(
      @Nullable List<@Nullable String> names, String field, Set<Permission> whenAbsent) {
    if (names == null) {
      return whenAbsent;
    }
    String rule = "is none of " + wireNames(Permission.values());
    return Set.copyOf(
        fields.each(names, field, n -> Fields.Parsed.of(Permission.ofWireName(n), rule)));
  }

  private Set<Protocol> protocols(@Nullable List<@Nullable String> names) {
    if (names == null) {
      return EnumSet.allOf(Protocol.class);
    }
    return Set.copyOf(
        fields.each(
            names,
            "protocols",
            n ->
                Fields.Parsed.of(
                    Arrays.stream(Protocol.values())
                        .filter(p -> p.wireName().equals(n))
                        .findFirst(),
                    "is none of sftp, scp")));
  }

  private PublishMode publish(@Nullable String name) {
    Optional<PublishMode> mode =
        Arrays.stream(PublishMode.values())
            .filter(m -> m.wireName().equals(name == null ? "immediate" : name))
            .findFirst();
    errors.check(mode.isPresent(), "publish", "is none of immediate, on-close");
    return mode.orElse(PublishMode.IMMEDIATE);
  }

  private SftpSettings sftp(Sftp sftp) {
    String start = sftp.startDirectory() == null ? "/" : sftp.startDirectory();
    Optional<RealPath> directory =
        fields.required(start, "sftp.startDirectory", AccountForm::viewPath);
    return new SftpSettings(
        Boolean.TRUE.equals(sftp.readOnly()),
        umask(sftp.umask()),
        directory.orElse(RealPath.ROOT),
        sftp.allowRequests() == null ? null : requests(sftp.allowRequests(), "sftp.allowRequests"),
        sftp.denyRequests() == null
            ? Set.of()
            : requests(sftp.denyRequests(), "sftp.denyRequests"));
  }

  private @Nullable Integer umask(@Nullable String octal) {
    if (octal == null
        || !errors.check(
            octal.matches("0?[0-7]{1,3}"), "sftp.umask", "must be octal, 000 to 777")) {
      return null;
    }
    return Integer.parseInt(octal, 8);
  }

  private Set<String> requests(List<@Nullable String> names, String field) {
    return Set.copyOf(
        fields.each(
            names,
            field,
            n ->
                Fields.Parsed.of(
                    Optional.of(n).filter(SftpSettings.REQUEST_NAMES::contains),
                    "is no SFTP request that a list may name")));
  }

  /** The settings as JSON shows them; reading that again gives the same settings. */
  static Body shown(AccountSettings s) {
    AccountLimits l = s.limits();
    Instant expiresAt = s.expiresAt();
    return new Body(
        new HomeJson(s.home().store(), s.home().path().text()),
        s.mounts().stream().<@Nullable MountJson>map(AccountForm::shown).toList(),
        new Limits(l.bytes(), l.files(), l.sessions(), l.bytesPerSecond(), l.maxFileBytes()),
        shownPermissions(s.permissions()),
        Arrays.stream(Protocol.values())
            .filter(s.protocols()::contains)
            .<@Nullable String>map(Protocol::wireName)
            .toList(),
        s.sources().stream().<@Nullable String>map(SourceRange::toString).toList(),
        expiresAt == null ? null : expiresAt.toString(),
        s.publish().wireName(),
        shown(s.sftp()),
        AuthenticationJson.shown(s.authentication()));
  }

  private static MountJson shown(MountSetting mount) {
    return new MountJson(
        text(mount.path()),
        mount.store(),
        mount.prefix().text(),
        shownPermissions(mount.permissions()),
        new PlaceLimits(mount.limits().bytes(), mount.limits().files()));
  }

  private static Sftp shown(SftpSettings sftp) {
    Integer umask = sftp.umask();
    Set<String> allow = sftp.allowRequests();
    return new Sftp(
        sftp.readOnly(),
        umask == null ? null : String.format(Locale.ROOT, "%03o", umask),
        text(sftp.startDirectory()),
        allow == null ? null : allow.stream().sorted().<@Nullable String>map(n -> n).toList(),
        sftp.denyRequests().stream().sorted().<@Nullable String>map(n -> n).toList());
  }

  private static List<@Nullable String> shownPermissions(Set<Permission> permissions) {
    return Arrays.stream(Permission.values())
        .filter(permissions::contains)
        .<@Nullable String>map(Permission::wireName)
        .toList();
  }

  private static String text(RealPath path) {
    return new String(path.bytes(), StandardCharsets.UTF_8);
  }

  private static String wireNames(Permission[] permissions) {
    return Arrays.stream(permissions).map(Permission::wireName).collect(Collectors.joining(", "));
  }
}
