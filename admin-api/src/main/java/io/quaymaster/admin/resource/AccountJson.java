package io.quaymaster.admin.resource;

import io.quaymaster.account.AccountDetails;
import io.swagger.v3.oas.annotations.media.Schema;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Accounts in JSON; {@link AccountForm} reads and shows the settings. */
final class AccountJson {
  private AccountJson() {}

  @Schema(name = "Home", description = "Where the account's / lies.")
  record HomeJson(
      @Schema(description = "A store of the tenant.", example = "main") @Nullable String store,
      @Schema(description = "The path in it; empty for all of it.", example = "partners/alice")
          @Nullable String path) {}

  @Schema(name = "PlaceLimits", description = "What a place may hold; null: no limit.")
  record PlaceLimits(
      @Schema(minimum = "0") @Nullable Long bytes, @Schema(minimum = "0") @Nullable Long files) {}

  @Schema(name = "Mount", description = "A further store in the account's view.")
  record MountJson(
      @Schema(description = "Where it is seen.", example = "/lake") @Nullable String path,
      @Schema(description = "A store of the tenant.") @Nullable String store,
      @Schema(description = "The path in the store; all of it if absent.") @Nullable String prefix,
      @Schema(description = "The account's own if absent.")
          @Nullable List<@Nullable String> permissions,
      @Nullable PlaceLimits limits) {}

  @Schema(
      name = "AccountLimits",
      description =
          "null: none. bytes and files stand on the home's place, shared by all who use it.")
  record Limits(
      @Schema(minimum = "0") @Nullable Long bytes,
      @Schema(minimum = "0") @Nullable Long files,
      @Schema(description = "Sessions at once.", minimum = "0") @Nullable Long sessions,
      @Schema(description = "In each direction.", minimum = "1") @Nullable Long bytesPerSecond,
      @Schema(description = "Size of one file.", minimum = "0") @Nullable Long maxFileBytes) {
    static final Limits NONE = new Limits(null, null, null, null, null);
  }

  @Schema(name = "SftpSettings")
  record Sftp(
      @Nullable Boolean readOnly,
      @Schema(description = "Octal.", pattern = "^0?[0-7]{1,3}$", example = "027")
          @Nullable String umask,
      @Schema(description = "Where relative paths start; / if absent.", example = "/in")
          @Nullable String startDirectory,
      @Schema(description = "Only these requests; all if absent.")
          @Nullable List<@Nullable String> allowRequests,
      @Schema(description = "Never these requests; decides first.", example = "[\"symlink\"]")
          @Nullable List<@Nullable String> denyRequests) {
    static final Sftp NONE = new Sftp(null, null, null, null, null);
  }

  /** What a change may set, but for the password. */
  record Body(
      @Nullable HomeJson home,
      @Nullable List<@Nullable MountJson> mounts,
      @Nullable Limits limits,
      @Nullable List<@Nullable String> permissions,
      @Nullable List<@Nullable String> protocols,
      @Nullable List<@Nullable String> sources,
      @Nullable String expiresAt,
      @Nullable String publish,
      @Nullable Sftp sftp,
      AuthenticationJson.@Nullable OfAccount authentication) {}

  @Schema(name = "NewAccount")
  record Request(
      @Schema(
              requiredMode = Schema.RequiredMode.REQUIRED,
              pattern = "^[A-Za-z0-9_][A-Za-z0-9._@+-]{0,63}$",
              example = "alice")
          @Nullable String username,
      @Schema(
              description = "Absent: only keys let the account in.",
              minLength = 8,
              format = "password")
          @Nullable String password,
      @Schema(requiredMode = Schema.RequiredMode.REQUIRED) @Nullable HomeJson home,
      @Schema(maxLength = 16) @Nullable List<@Nullable MountJson> mounts,
      @Nullable Limits limits,
      @Schema(
              description =
                  "Default all: list, read, write, create, delete, rename, mkdir, rmdir, setattr,"
                      + " link.")
          @Nullable List<@Nullable String> permissions,
      @Schema(description = "Default both: sftp, scp.") @Nullable List<@Nullable String> protocols,
      @Schema(description = "CIDR ranges; empty: anywhere.", example = "[\"203.0.113.0/24\"]")
          @Nullable List<@Nullable String> sources,
      @Schema(type = "string", format = "date-time") @Nullable String expiresAt,
      @Schema(
              allowableValues = {"immediate", "on-close"},
              defaultValue = "immediate")
          @Nullable String publish,
      @Nullable Sftp sftp,
      AuthenticationJson.@Nullable OfAccount authentication) {
    Body body() {
      return new Body(
          home,
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

    @Override
    public String toString() {
      return "NewAccount[" + username + ", ***]";
    }
  }

  /** For the documentation: a merge patch is read as JSON. */
  @Schema(
      name = "AccountPatch",
      description = "What is absent stays; null takes away, or sets the default.")
  record Patch(
      @Schema(description = "null: from now on only keys let the account in.", format = "password")
          @Nullable String password,
      @Nullable HomeJson home,
      @Nullable List<@Nullable MountJson> mounts,
      @Nullable Limits limits,
      @Nullable List<@Nullable String> permissions,
      @Nullable List<@Nullable String> protocols,
      @Nullable List<@Nullable String> sources,
      @Schema(type = "string", format = "date-time") @Nullable String expiresAt,
      @Schema(allowableValues = {"immediate", "on-close"}) @Nullable String publish,
      @Nullable Sftp sftp,
      AuthenticationJson.@Nullable OfAccount authentication) {
    @Override
    public String toString() {
      return "AccountPatch[***]";
    }
  }

  @Schema(name = "NewPassword")
  record Password(
      @Schema(requiredMode = Schema.RequiredMode.REQUIRED, minLength = 8, format = "password")
          @Nullable String password,
      @Schema(
              description = "When it lets in no more; null: when the tenant's policy says.",
              type = "string",
              format = "date-time")
          @Nullable String expiresAt,
      @Schema(
              description =
                  "Until then the password before lets in as well, at most 90 days; null: from now"
                      + " on it does not.",
              type = "string",
              format = "date-time")
          @Nullable String keepPreviousUntil) {
    @Override
    public String toString() {
      return "NewPassword[***]";
    }
  }

  @Schema(name = "Account")
  record Response(
      String tenant,
      String username,
      @Schema(allowableValues = {"active", "suspended"}) String status,
      boolean hasPassword,
      @Nullable Instant passwordChangedAt,
      @Nullable Instant passwordExpiresAt,
      @Nullable Instant previousPasswordUntil,
      @Nullable HomeJson home,
      @Nullable List<@Nullable MountJson> mounts,
      @Nullable Limits limits,
      @Nullable List<@Nullable String> permissions,
      @Nullable List<@Nullable String> protocols,
      @Nullable List<@Nullable String> sources,
      @Nullable String expiresAt,
      @Schema(allowableValues = {"immediate", "on-close"}) @Nullable String publish,
      @Nullable Sftp sftp,
      AuthenticationJson.@Nullable OfAccount authentication,
      Instant createdAt,
      Instant updatedAt,
      @Nullable Instant lastLoginAt) {
    static Response of(AccountDetails account) {
      Body body = AccountForm.shown(account.settings());
      return new Response(
          account.tenant(),
          account.username(),
          account.status().wireName(),
          account.hasPassword(),
          account.passwordChangedAt(),
          account.passwordExpiresAt(),
          account.previousPasswordUntil(),
          body.home(),
          body.mounts(),
          body.limits(),
          body.permissions(),
          body.protocols(),
          body.sources(),
          body.expiresAt(),
          body.publish(),
          body.sftp(),
          body.authentication(),
          account.createdAt(),
          account.updatedAt(),
          account.lastLoginAt());
    }
  }
}
